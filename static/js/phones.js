/* The phones of the demo: the newest text stays in sight, unless somebody has scrolled up to read. */
(() => {
  const away = new Set();
  const logs = () => document.querySelectorAll('.texts');
  const atEnd = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const toEnd = () => logs().forEach((log) => { if (!away.has(log.id)) log.scrollTop = log.scrollHeight; });
  document.addEventListener('htmx:beforeRequest', () => logs().forEach((log) => (atEnd(log) ? away.delete(log.id) : away.add(log.id))));
  document.addEventListener('htmx:oobAfterSwap', toEnd);
  toEnd();
})();
