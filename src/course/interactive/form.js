/* A prediction's form, see asking.py: it takes the focus, tells of a press, and is run on from. */
let greeted, led, going, stood;
const cell = () => page.closest('.jp-Cell');
const sender = () => page.querySelector('.course-pressed textarea');
const commit = () => page.querySelector('button.mod-primary')?.click();
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
const field = () => page.querySelector('input:is([type=text], [type=radio]):enabled');
const free = () => page.closest('.jp-Notebook.jp-mod-commandMode')?.contains(document.activeElement);
const waits = one => one.querySelector('.jp-InputPrompt')?.textContent.includes('*');
/* All of the form is in sight where somebody types into it. */
const take = () => {
    field()?.focus({ preventScroll: true });
    page.scrollIntoView({ block: 'nearest' });
};
const greet = () => {
    greeted = true;
    for (const kind of hands) window.addEventListener(kind, seen, true);
    if (!free() || page.matches('.course-passed')) return;
    const here = [cell(), cell().nextElementSibling].some(one => one?.matches('.jp-mod-active'));
    const others = [...page.closest('.jp-Notebook').querySelectorAll('.jp-CodeCell')];
    if (here && !others.some(one => one !== cell() && waits(one))) take();
};
/* A run of many cells that stopped because a result waits for the guess leads to the question. */
const lead = () => {
    led = true;
    if (!free()) return;
    page.scrollIntoView({ block: 'center' });
    take();
};
/* Shift+Enter commits and goes on; where that was refused, another one goes on all the same. */
const runOn = () => {
    going = undefined;
    if (refused() && stood === entered()) return goOn();
    commit();
    going = sender().value.split(' ')[0];
};
const goOn = () => {
    const now = document.activeElement, leaves = !(going && refused());
    going = undefined;
    if (leaves && (now === document.body || page.contains(now))) cell()?.nextElementSibling?.focus();
};
/* The field says of itself what it wants, and why what it holds is refused. */
const describe = () => {
    const wrong = refused() !== null && stood === entered();  /* what was mended is wrong no longer */
    page.classList.toggle('course-mended', refused() !== null && !wrong);
    const asked = [...page.querySelectorAll('.course-asked')];
    for (const part of asked) part.id ||= fresh();
    for (const field of page.querySelectorAll('input[type=text]')) {
        set(field, 'aria-describedby', asked.map(part => part.id).join(' '));
        set(field, 'aria-invalid', String(wrong));
    }
};
/* Whether the field holds what is committed, at once: the kernel hears of a text when it is left. */
const compare = () => {
    const line = page.querySelector('[data-held]'), field = page.querySelector('input[type=text]');
    if (!line || !field) return;
    const told = line.dataset[field.value.trim() === line.dataset.held ? 'same' : 'other'];
    if (line.textContent !== told) line.textContent = told;
};
watch(() => {
    if (!sender()) return;
    describe();
    if (!greeted) greet();
    if (!led && page.matches('.course-awaited')) lead();
    if (going && going === answer()?.dataset.at) goOn();
    compare();
});
page.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || !event.target.matches('input, button')) return;
    if (event.shiftKey) {
        event.preventDefault();
        runOn();
    } else if (event.target.matches('input')) commit();
}, true);
page.addEventListener('click', event => {  /* a press tells what stood there */
    if (!event.target.closest('button')) return;
    event.stopPropagation();
    stood = entered();
    send(`${Date.now()} ${stood}`);
}, true);
page.addEventListener('input', () => { describe(); compare(); });
