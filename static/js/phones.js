/* The phones of the demo: the newest text stays in sight, unless somebody has scrolled up to read. */
(() => {
  const away = new Set();
  const logs = (root = document) => [...root.querySelectorAll('.texts')];
  const atEnd = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const toEnd = () => logs().forEach((log) => { if (!away.has(log.id)) log.scrollTop = log.scrollHeight; });
  const whose = (root) => logs(root).map((log) => log.id).sort().join();
  const answering = () => [...document.querySelectorAll('.phone input[name=body]')].some((input) => input.value || input === document.activeElement);
  /* A phone that was not here before: all are laid out anew, but not under the fingers of somebody who types. */
  const layOut = (text) => {
    const fresh = new DOMParser().parseFromString(text, 'text/html').querySelector('.phones');
    const here = document.querySelector('.phones');
    if (!fresh || answering() || whose(fresh) === whose(here)) return;
    here.replaceWith(fresh);
    htmx.process(fresh);
  };
  document.addEventListener('htmx:beforeRequest', () => logs().forEach((log) => (atEnd(log) ? away.delete(log.id) : away.add(log.id))));
  document.addEventListener('htmx:afterRequest', (event) => { if (event.detail.successful) layOut(event.detail.xhr.responseText); toEnd(); });
  document.addEventListener('htmx:oobAfterSwap', toEnd);
  toEnd();
})();
