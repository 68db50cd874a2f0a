const page = this.closest('.course-awake');
let due, held, pressed, opened, greeted, going, tried, deaf;
this.remove();
const aloud = text => JSON.parse(words.aloud ?? '{}')[text] ?? text;
const name = (element, text) => {
    text = aloud(text);
    if (element && text && element.getAttribute('aria-label') !== text)
        element.setAttribute('aria-label', text);
};
const set = (element, key, value) => {
    if (element && value && element.getAttribute(key) !== value) element.setAttribute(key, value);
};
const read = handle => {
    const readout = handle?.closest('.widget-slider')?.querySelector('.widget-readout');
    set(handle, 'aria-valuetext', readout?.textContent);
};
const mend = () => {
    due = undefined;
    for (const bare of page.querySelectorAll('[title=null]')) bare.removeAttribute('title');
    for (const slider of page.querySelectorAll('.widget-slider')) {
        const label = slider.querySelector('label')?.textContent;
        const handle = slider.querySelector('.noUi-handle');
        const readout = slider.querySelector('.widget-readout');
        name(handle, label);
        name(readout, label);
        set(readout, 'role', 'textbox');
        read(handle);
    }
    for (const group of page.querySelectorAll('.widget-toggle-buttons, .widget-radio-box')) {
        const outer = group.closest('.widget-radio') ?? group;
        set(outer, 'role', group.matches('.widget-radio-box') ? 'radiogroup' : 'group');
        name(outer, outer.previousElementSibling?.textContent || title);
        const inputs = group.querySelectorAll('input[type=radio]');
        const shared = inputs[0]?.name || `course-${count++}`;
        for (const input of inputs) set(input, 'name', shared);
        for (const button of group.querySelectorAll('button')) {
            set(button, 'aria-pressed', String(button.classList.contains('mod-active')));
            if (aloud(button.textContent) !== button.textContent) name(button, button.textContent);
        }
    }
    for (const group of page.querySelectorAll('.widget-play'))
        group.querySelectorAll('button').forEach(
            (button, n) => name(button, [words.play, words.stop, words.repeat][n]));
    for (const field of page.querySelectorAll('input[type=text]'))
        name(field, field.closest('.widget-text')?.querySelector('label')?.textContent || title);
    const asked = [...page.querySelectorAll('.course-asked')];
    for (const field of asked.length ? page.querySelectorAll('input[type=text]') : []) {
        for (const part of asked) part.id ||= `course-${count++}`;
        set(field, 'aria-describedby', asked.map(part => part.id).join(' '));
        set(field, 'aria-invalid', String(asked.some(part => part.querySelector('.course-refused'))));
    }
    for (const told of page.querySelectorAll('.course-told')) set(told, 'role', 'status');
    for (const bar of page.querySelectorAll('.progress')) {
        set(bar, 'role', 'progressbar');
        name(bar, words.progress);
        set(bar, 'aria-valuetext', bar.closest('.widget-hprogress')?.nextElementSibling?.textContent);
    }
    for (const image of page.querySelectorAll('img[title]')) {
        image.alt = image.title;
        image.removeAttribute('title');
    }
    if (!greeted && sender()) greet();
    if (going && going === answer()?.dataset.at) goOn();
    compare();
    listen();
    keep();
};
/* What has the focus may be made anew, disabled or gone after it was used: then the focus goes on. */
const keep = () => {
    const news = page.querySelector('.course-opened');
    if (pressed && news && news !== opened) {
        pressed = held = undefined;
        news.focus();
    }
    opened = news;
    if (document.activeElement !== document.body || !held) return;
    const next = held.matches('button') ? 'button:enabled' : 'input:checked:enabled';
    const place = held.disabled ? held.parentElement : held.isConnected ? undefined : page;
    if (place) (place.querySelector(next) ?? (sender() && page.closest('.jp-Cell')))?.focus();
};
const sender = () => page.querySelector('.course-pressed textarea');
const answer = () => page.querySelector('.course-told [data-at]');
const refused = () => page.querySelector('.course-refused');
const entered = () => page.querySelector('input[type=text], input:checked')?.value ?? '';
const hands = ['pointerdown', 'wheel', 'keydown', 'focusin'];
const send = words => {
    for (const kind of hands) window.removeEventListener(kind, seen, true);
    if (!page.isConnected || !sender()) return;  /* its cell was run again */
    sender().value = words;
    sender().dispatchEvent(new Event('change', { bubbles: true }));
};
/* Who ran the form's cell by hand, and nothing after it, types at once. It tells when it was there to
   be answered: with the focus, or when a hand did something else than run cells. */
const seen = event => {
    const elsewhere = event.type === 'focusin' && !page.contains(event.target);
    if (!elsewhere && !['Shift', 'Enter'].includes(event.key)) send(`${Date.now()}`);
};
const greet = () => {
    greeted = true;
    for (const kind of hands) window.addEventListener(kind, seen, true);
    const cell = page.closest('.jp-Cell'), all = page.closest('.jp-Notebook.jp-mod-commandMode');
    if (!all?.contains(document.activeElement)) return;
    const ran = [...all.querySelectorAll('.jp-CodeCell')].map(
        one => [one, one.querySelector('.jp-InputPrompt')?.textContent.match(/[*]|\d+/)?.[0] ?? '0']);
    const number = ran.find(([one]) => one === cell)?.[1];
    const later = ([one, n]) => one !== cell && (n === '*' || +n > +number);  /* false beside '*' */
    const here = [cell, cell?.nextElementSibling].some(one => one?.matches('.jp-mod-active'));
    if (here && !ran.some(later))
        page.querySelector('input:is([type=text], [type=radio]):enabled')?.focus({ preventScroll: true });
};
/* Shift+Enter commits and goes on; where that was refused, another one goes on all the same. */
const runOn = () => {
    going = undefined;
    if (refused() && tried === entered()) return goOn();
    tried = entered();
    page.querySelector('button.mod-primary')?.click();
    going = sender().value.split(' ')[0];
};
const goOn = () => {
    const now = document.activeElement, leaves = !(going && refused());
    going = undefined;
    if (leaves && (now === document.body || page.contains(now)))
        page.closest('.jp-Cell')?.nextElementSibling?.focus();
};
/* Whether the field holds what is committed, at once: the kernel hears of a text when it is left. */
const compare = () => {
    const line = page.querySelector('[data-held]'), field = page.querySelector('input[type=text]');
    if (!line || !field) return;
    const told = line.dataset[field.value.trim() === line.dataset.held ? 'same' : 'other'];
    if (line.textContent !== told) line.textContent = told;
};
const listen = () => {
    const lost = page.matches('.jupyter-widgets-disconnected');
    if (lost === Boolean(deaf)) return;
    deaf?.remove();
    deaf = lost ? page.appendChild(document.createElement('div')) : undefined;
    if (!lost) return;
    deaf.textContent = words.deaf;
    if (window.courseHeard) window.courseHeard.textContent = words.deaf;
};
const quiet = 'data-lm-suppress-shortcuts';
const keyed = 'input:not([type=text]), button, select, [tabindex]';
const saves = key => (key.ctrlKey || key.metaKey) && !key.altKey && key.key.toLowerCase() === 's';
const plain = key => !(key.shiftKey || key.ctrlKey || key.altKey || key.metaKey);
let count = Math.random();
const words = page?.querySelector('.course-words')?.dataset ?? {};
const title = words.name;
if (page) {
    set(page, 'role', 'group');
    name(page, title);
    set(page, quiet, 'true');
    mend();
    page.addEventListener('keydown', event => {
        if (event.key === 'Enter' && sender() && event.target.matches('input, button')) {
            if (event.shiftKey) event.preventDefault();
            if (event.shiftKey) runOn();
            else if (event.target.matches('input')) page.querySelector('button.mod-primary')?.click();
        }
        if (event.key === 'Escape') page.closest('.jp-Cell')?.focus();
        if (saves(event)) {  /* the notebook is meant, wherever the focus is */
            event.preventDefault();
            event.stopPropagation();
            page.parentElement.dispatchEvent(new KeyboardEvent('keydown', event));
        }
    }, true);
    page.addEventListener('click', event => {  /* a press tells what stood there, see asking.py */
        if (!sender() || !event.target.closest('button')) return;
        event.stopPropagation();
        send(`${Date.now()} ${entered()}`);
    }, true);
    page.addEventListener('input', compare);
    page.addEventListener('focusin', event => {
        held = event.target.matches('input[type=radio], input[type=text], button') ? event.target : undefined;
    });
    page.addEventListener('focusout', () => {
        const left = held;  /* by a hand, if it could have stayed */
        setTimeout(() => { if (left === held && held?.isConnected && !held.disabled) held = undefined; });
    });
    page.addEventListener('click', event => { pressed = event.target.closest('button'); });
    /* JupyterLab looks at the focused part first, and at the whole document before any part of it:
       a bare key that is not kept from it would choose another cell, or make one. */
    window.courseKeys ??= (window.addEventListener('keydown', event => {
        if (event.target.matches?.('.course-awake *') && event.target.matches(keyed))
            event.target.toggleAttribute(quiet, plain(event));
    }, true), true);
    /* A card that comes whole is not read out; what changes in a place that was there before is. */
    if (!window.courseHeard) {
        const place = window.courseHeard = document.createElement('div');
        place.style.cssText = words.unseen;
        set(place, 'role', 'status');
        document.body.append(place);
        const card = '.jp-OutputArea [role=status]';
        const runs = part => part.closest('.jp-Cell')?.querySelector('.jp-InputPrompt')?.textContent.includes('*');
        const told = node => node.matches?.(card) ? node : node.querySelector?.(card);
        new MutationObserver(changes => {
            for (const found of changes.flatMap(change => [...change.addedNodes].map(told))) {
                if (!found?.innerText || found.closest('.course-awake') || !runs(found)) continue;
                found.removeAttribute('role');
                place.textContent = found.innerText;
            }
        }).observe(document.body, { childList: true, subtree: true });
    }
    new MutationObserver(changes => {
        for (const change of changes)
            if (change.attributeName === 'aria-valuetext') read(change.target);
        due ??= setTimeout(mend, 50);
    }).observe(page, {
        subtree: true, childList: true, characterData: true, attributes: true,
        attributeFilter: ['class', 'aria-valuetext', 'title', 'disabled'],
    });
}
