/* Names, roles and values of the controls, as the eye sees them. */
const title = words.name;
const aloud = text => JSON.parse(words.aloud)[text] ?? text;
const name = (element, text) => set(element, 'aria-label', aloud(text));
const read = handle => {
    const readout = handle?.closest('.widget-slider')?.querySelector('.widget-readout');
    set(handle, 'aria-valuetext', readout?.textContent);
};
const mend = () => {
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
    for (const line of page.querySelectorAll('[class*=course-most-]'))
        set(line.querySelector('input'), 'maxlength', /course-most-(\d+)/.exec(line.className)[1]);
    for (const group of page.querySelectorAll('.widget-toggle-buttons, .widget-radio-box')) {
        const outer = group.closest('.widget-radio') ?? group;
        set(outer, 'role', 'radiogroup');
        name(outer, outer.previousElementSibling?.textContent || title);
        const inputs = group.querySelectorAll('input[type=radio]');
        const shared = inputs[0]?.name || fresh();
        for (const input of inputs) set(input, 'name', shared);
        for (const button of group.querySelectorAll('button')) {
            const chosen = String(button.matches('.mod-active'));
            set(button, 'role', 'radio');
            set(button, 'aria-checked', chosen);
            set(button, 'tabindex', chosen === 'true' ? '0' : '-1');  /* the arrow keys reach the others */
            if (aloud(button.textContent) !== button.textContent) name(button, button.textContent);
        }
    }
    for (const icon of page.querySelectorAll('button > i')) set(icon, 'aria-hidden', 'true');
    for (const group of page.querySelectorAll('.widget-play'))
        group.querySelectorAll('button').forEach(
            (button, n) => name(button, [words.play, words.stop, words.repeat][n]));
    for (const field of page.querySelectorAll('input[type=text]'))
        name(field, field.closest('.widget-text')?.querySelector('label')?.textContent || title);
    for (const told of page.querySelectorAll('.course-told')) set(told, 'role', 'status');
    for (const bar of page.querySelectorAll('.progress')) {
        set(bar, 'role', 'progressbar');
        name(bar, words.progress);
        const done = bar.closest('.widget-hprogress')?.nextElementSibling?.textContent;
        set(bar, 'aria-valuetext', done);
        set(bar, 'aria-valuenow', String(parseInt(done) || 0));
    }
    for (const image of page.querySelectorAll('img[title]')) {
        image.alt = image.title;
        image.removeAttribute('title');
    }
};
set(page, 'role', 'group');
name(page, title);
watch(mend);
new MutationObserver(changes => changes.forEach(change => read(change.target))).observe(
    page, { subtree: true, attributes: true, attributeFilter: ['aria-valuetext'] });
