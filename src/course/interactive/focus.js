/* Where the focus goes, and which keys the box keeps from the notebook. */
const quiet = 'data-lm-suppress-shortcuts';
const keyed = 'input:not([type=text]), button, select, [tabindex]';
const saves = key => (key.ctrlKey || key.metaKey) && !key.altKey && key.key.toLowerCase() === 's';
const runs = key => key.shiftKey && key.key === 'Enter' && !page.querySelector('.course-pressed');
const plain = key => !(key.shiftKey || key.ctrlKey || key.altKey || key.metaKey);
let held, pressed, opened;
/* What has the focus may be made anew, disabled or gone after it was used: then the focus goes on. */
const keep = () => {
    const news = page.querySelector('.course-opened');
    if (pressed && news && news !== opened) {
        pressed = held = undefined;
        news.firstElementChild.id ||= fresh();
        set(news, 'aria-describedby', news.firstElementChild.id);
        news.focus();
    }
    opened = news;
    if (document.activeElement !== document.body || !held) return;
    const next = held.matches('button') ? 'button:enabled' : 'input:checked:enabled';
    const place = held.disabled ? held.parentElement : held.isConnected ? undefined : page;
    const cell = page.querySelector('.course-pressed') && page.closest('.jp-Cell');
    if (place) (place.querySelector(next) ?? cell)?.focus();
};
set(page, quiet, 'true');
watch(keep);
page.addEventListener('keydown', event => {
    const cell = page.closest('.jp-Cell');
    if (event.key === 'Escape') cell?.focus();
    if (!saves(event) && !runs(event)) return;
    event.preventDefault();  /* the notebook is meant, wherever the focus is */
    event.stopPropagation();
    if (saves(event)) page.parentElement.dispatchEvent(new KeyboardEvent('keydown', event));
    else cell?.nextElementSibling?.focus();  /* not run again: what a hand moved stays */
}, true);
page.addEventListener('focusin', event => {
    held = event.target.matches('input[type=radio], input[type=text], button') ? event.target : undefined;
});
page.addEventListener('focusout', () => {
    const left = held;  /* by a hand, if it could have stayed */
    setTimeout(() => { if (left === held && held?.isConnected && !held.disabled) held = undefined; });
});
page.addEventListener('click', event => { pressed = event.target.closest('button'); });
/* JupyterLab looks at the focused part first, and at the whole document before any part of it:
   a bare key that is not kept from it would choose another cell. What is too wide is pushed sideways. */
const pushed = ':is(.jp-OutputArea *, mjx-container):not(.course-awake :is(input, button, select, [tabindex]))';
const sideways = key => ['ArrowLeft', 'ArrowRight'].includes(key.key);
/* A hand that chooses the cell beside a box leaves the box: JupyterLab lets the focus stay. */
const leave = ({ target }) => {
    const box = document.activeElement?.closest('.course-awake'), cell = box?.closest('.jp-Cell');
    if (cell?.contains(target) && !box.contains(target)) cell.focus();
};
window.courseKeys ??= (window.addEventListener('mousedown', leave, true), window.addEventListener('keydown', event => {
    const hand = event.target.matches?.('.course-awake *') && event.target.matches(keyed);
    const wide = event.target.matches?.(pushed) && event.target.scrollWidth > event.target.clientWidth;
    if (hand || wide) event.target.toggleAttribute(quiet, plain(event) && (hand || sideways(event)));
}, true), true);
