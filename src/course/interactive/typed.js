/* What is typed beside a slider: a number between its ends, or a sentence says what they are. ipywidgets
   drops a word without one, takes 1,000 and 1e3 for 1 and −1 for no number, and rounds what was only
   passed by. A comma parts thousands, or stands for the point where it can't. */
const ranges = JSON.parse(words.ranges ?? '{}');
const said = Object.keys(ranges).length ? page.appendChild(document.createElement('div')) : undefined;
if (!said) return;
set(said, 'role', 'status');
let stood;
const plainly = text => Number(text.replace('−', '-').replace(/(?<=[1-9]\d*),(?=\d{3}\b)/g, '').replace(',', '.') || NaN);
const take = event => {
    const box = event.target;
    if (!box.matches?.('.widget-readout') || (event.key ?? 'Enter') !== 'Enter') return;
    const typed = box.textContent.trim(), value = plainly(typed);
    const [low, high, sentence] = ranges[box.closest('.widget-slider').querySelector('label').textContent];
    const possible = low <= value && value <= high;
    if (typed !== stood) said.textContent = possible ? '' : sentence.replace('{typed}', () => typed);
    if (possible && typed !== stood) {
        box.textContent = value;
        setTimeout(() => { stood = box.textContent.trim(); });
        return;
    }
    box.textContent = stood;
    event.preventDefault();
    event.stopPropagation();
};
for (const kind of ['keydown', 'blur']) page.addEventListener(kind, take, true);
page.addEventListener('focusin', ({ target }) => {
    if (target.matches('.widget-readout')) stood = target.textContent.trim();
});
for (const kind of ['keydown', 'pointerdown']) page.addEventListener(kind, ({ target, key }) => {
    if (target.matches('.noUi-handle') && key !== 'Tab') said.textContent = '';
}, true);
