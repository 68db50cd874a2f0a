const page = this.closest('.course-awake');
let due;
this.remove();
const name = (element, text) => {
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
        for (const button of group.querySelectorAll('button'))
            set(button, 'aria-pressed', String(button.classList.contains('mod-active')));
    }
    for (const group of page.querySelectorAll('.widget-play'))
        group.querySelectorAll('button').forEach(
            (button, n) => name(button, [words.play, words.stop, words.repeat][n]));
    for (const field of page.querySelectorAll('input[type=text]'))
        name(field, field.closest('.widget-text')?.querySelector('label')?.textContent || title);
    for (const bar of page.querySelectorAll('.progress')) {
        set(bar, 'role', 'progressbar');
        name(bar, words.progress);
        set(bar, 'aria-valuetext', bar.closest('.widget-hprogress')?.nextElementSibling?.textContent);
    }
    for (const image of page.querySelectorAll('img[title]')) {
        image.alt = image.title;
        image.removeAttribute('title');
    }
};
const words = page?.querySelector('.course-words')?.dataset ?? {};
const title = words.name;
if (page) {
    set(page, 'role', 'group');
    name(page, title);
    set(page, 'data-lm-suppress-shortcuts', 'true');
    mend();
    new MutationObserver(changes => {
        for (const change of changes)
            if (change.attributeName === 'aria-valuetext') read(change.target);
        due ??= setTimeout(mend, 50);
    }).observe(page, {
        subtree: true, childList: true, characterData: true, attributes: true,
        attributeFilter: ['class', 'aria-valuetext', 'title'],
    });
}
