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
        const shown = pressed.parentElement;
        pressed = held = undefined;
        news.firstElementChild.id ||= fresh();
        set(news, 'aria-describedby', news.firstElementChild.id);
        shown?.scrollIntoView({ block: 'nearest' });  /* what opens the next one */
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
/* The buttons of a choice are one stop of Tab, and the arrow keys choose among them. After the last stop
   in a cell comes the next cell: JupyterLab would go on to a link or a fold many cells below. */
const edited = '[contenteditable=true]:not([tabindex])';  /* a stop that says -1 of itself */
const stops = `a[href], button, input, select, summary, [tabindex], ${edited}`;
const ways = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
const choose = (button, step) => {
    const all = [...button.parentElement.querySelectorAll('button:enabled')];
    const next = all[(all.indexOf(button) + step + all.length) % all.length];
    next.click();
    next.focus();
};
const isLast = ({ target }) => ![...page.closest('.jp-Cell').querySelectorAll(stops)].some(
    stop => target.compareDocumentPosition(stop) & Node.DOCUMENT_POSITION_FOLLOWING
        && (stop.tabIndex >= 0 || stop.matches(edited)) && !stop.disabled && stop.checkVisibility()
        && !(target.type === 'radio' && stop.name === target.name));
const below = () => {
    let cell = page.closest('.jp-Cell')?.nextElementSibling;
    while (cell && !cell.checkVisibility()) cell = cell.nextElementSibling;
    return cell;
};
page.addEventListener('keydown', event => {
    if (!plain(event)) return;
    if (event.key === 'Tab' && below() && isLast(event)) below().focus();
    else if (ways[event.key] && event.target.matches('.widget-toggle-buttons button'))
        choose(event.target, ways[event.key]);
    else return;
    event.preventDefault();
});
page.addEventListener('focusin', event => {
    held = event.target.matches('input[type=radio], input[type=text], button') ? event.target : undefined;
});
page.addEventListener('focusout', () => {
    const left = held;  /* by a hand, if it could have stayed */
    setTimeout(() => { if (left === held && held?.isConnected && !held.disabled) held = undefined; });
});
page.addEventListener('click', event => {
    pressed = event.target.closest('button');
    event.target.closest('.noUi-target')?.querySelector('.noUi-handle').focus();  /* its line too */
});
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
