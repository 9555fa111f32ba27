/* The booking page and the one that changes the time: show the chosen time in the bar; name the salon's clock when the phone's differs. */
(() => {
  const showTime = (radio) => {
    const place = document.getElementById('chosen-time');
    if (place && radio) place.textContent = radio.dataset.said;
  };
  const noteZone = () => {
    const note = document.getElementById('zone-note');
    if (!note) return;
    const now = new Date();
    const shown = (timeZone) => now.toLocaleString('en', { timeZone, dateStyle: 'short', timeStyle: 'short' });
    note.hidden = shown(note.dataset.zone) === shown(undefined);
  };
  const keepDayInView = () => {
    const day = document.querySelector('.strip input:checked');
    if (day) {
      const strip = day.closest('.strip');
      strip.scrollLeft = day.parentElement.offsetLeft - strip.offsetLeft - strip.clientWidth / 2 + day.offsetWidth / 2;
    }
  };
  const refresh = () => {
    noteZone();
    keepDayInView();
    showTime(document.querySelector('input[name=starts_at]:checked'));
  };
  document.addEventListener('change', (event) => {
    if (event.target.name === 'starts_at') showTime(event.target);
  });
  document.addEventListener('htmx:beforeRequest', () => document.getElementById('times').setAttribute('aria-busy', 'true'));
  document.addEventListener('htmx:afterRequest', () => document.getElementById('times').removeAttribute('aria-busy'));
  document.addEventListener('htmx:afterSettle', refresh);
  window.addEventListener('pageshow', refresh);
  refresh();
})();
