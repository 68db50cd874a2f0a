// What is printed, as blocks that no sheet cuts, and where sheets begin. Which blocks belong
// together and what it costs to part others, the style says: `break-*`, `--cut` after a block, and
// `--within` between two in one element.
const look = e => getComputedStyle(e);
const seen = e => e.getClientRects().length > 0;
const whole = e =>
  look(e).breakInside === 'avoid' || /flex|grid/.test(look(e).display)
  || [...e.childNodes].some(n => n instanceof Text && n.data.trim())
  || ![...e.children].some(seen) || [...e.children].some(c => look(c).display.startsWith('inline'));
const blocks = e => !seen(e) ? [] : whole(e) ? [e] : [...e.children].flatMap(blocks);
// A block and all that ends, or begins, with it: the other, below or above it, stands outside.
const around = (e, other) => !other || e.contains(other) ? [] : [e, ...around(e.parentElement, other)];
const held = (above, below) =>
  around(above, below).some(e => look(e).breakAfter === 'avoid')
  || around(below, above).some(e => look(e).breakBefore === 'avoid');
const both = (e, other) => e.contains(other) ? e : both(e.parentElement, other);
const cut = (above, below) => Math.max(
  look(above).getPropertyValue('--cut'), look(both(above, below)).getPropertyValue('--within'));
// Width and height between the margins that `@page` tells, in millimetres.
const room = () => {
  const {style} = [...document.styleSheets[0].cssRules].find(rule => rule instanceof CSSPageRule);
  const [[width, height], [above, beside]] = [style.size, style.margin].map(
    lengths => lengths.split(' ').map(parseFloat));
  return [width - 2 * beside, height - 2 * above];
};

// A figure may give up three tenths of its height, as long as its letters have six tenths of the size
// in which they were drawn, and a tenth in any case.
const spare = e => {
  if (!e.matches('.figure')) return 0;
  const sizes = [...e.querySelectorAll('img')].map(i => i.offsetWidth / i.getAttribute('width'));
  return 1 - Math.min(.9, Math.max(.7, .6 / Math.min(...sizes)));
};
// What an edge takes where code goes on overleaf.
const edge = e => e?.matches('.highlight .line') ? parseFloat(look(e).getPropertyValue('--edge')) : 0;
// What leads to a place says on which sheet it stands, unless it is in sight; of hints, where each does.
const told = number => document.querySelectorAll('[data-sheet], .contents li > a').forEach(e => {
  const places = document.querySelectorAll(`${e.hash}, [data-below="${e.hash.slice(1)}"]`);
  const on = [...new Set([...places].map(number))];
  if (!('sheet' in e.dataset)) e.dataset.on = on;
  else if (on.length === 0 || e.hash.startsWith('#asked') && on[0] === number(e)) e.textContent = '';
  else e.textContent = e.dataset.sheet.replace('{sheet}', on.join(e.dataset.then));
});

// A name is whole, and so is a call that finds room in half a line, or what a row of a table is called.
for (const [css, most] of [['p > code, li > code', 44], ['td:first-child', 28]])
  document.querySelectorAll(css).forEach(e => e.classList.toggle('kept', e.textContent.length <= most));

globalThis.measured = () => {
  told(() => 88);  // as wide as any number will be
  const [width, height] = room();
  document.body.style.width = `${width}mm`;
  const all = globalThis.all = blocks(document.querySelector('main'));
  const measures = all.map((e, k) => {
    const [above, below] = [all[k - 1], all[k + 1]];
    const [begin, end] = [around(e, above).at(-1) ?? e, around(e, below).at(-1) ?? e];
    return {
      top: begin.getBoundingClientRect().top,
      bottom: end.getBoundingClientRect().bottom,
      head: e.closest('tbody')?.parentElement.tHead?.offsetHeight ?? edge(e.previousElementSibling),
      foot: edge(e.nextElementSibling) && edge(e),
      spare: spare(e) * e.offsetHeight,
      held: !!above && held(above, e),
      cut: above ? cut(above, e) : 0,
      seen: above ? Math.max(...around(e, above).map(one => look(one).getPropertyValue('--seen'))) : 0,
      fresh: !!above && around(e, above).some(one => look(one).breakBefore === 'page'),
    };
  });
  return [height * 96 / 25.4 - 2, measures];  // in CSS pixels, less two for rounding
};
// Letters that no font here has: each is drawn as the box that a place without a letter is.
globalThis.boxes = () => {
  const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  pen.font = `24px ${look(document.body).fontFamily}`;
  const drawn = letter => {
    pen.clearRect(0, 0, 64, 64);
    pen.fillText(letter, 8, 40);
    return pen.getImageData(0, 0, 64, 64).data.join();
  };
  const box = drawn('\u{10fffd}');
  return [...new Set(document.querySelector('main').innerText)].filter(c => c > '\u00ff' && drawn(c) === box);
};
// A sheet's figures give up a share of what they can, so that what belongs to it finds its place.
const smaller = (e, given) => {
  const images = [...e.querySelectorAll('img')], share = 1 - given * spare(e);
  const widths = images.map(i => share * i.offsetWidth);
  images.forEach((i, k) => { i.style.flex = 'none'; i.style.width = `${widths[k]}px`; });
};
// An answer that goes on overleaf begins anew there, so its line at the side ends with what is above.
const divided = begin => {
  const answer = begin.parentElement.closest('.answer:not([id])');
  if (!answer || begin.matches('.line')) return;
  const rest = document.createRange(), part = document.createElement('div');
  rest.setStartBefore(begin);
  rest.setEndAfter(answer.lastChild);
  part.className = 'answer begins';
  part.append(rest.extractContents());
  answer.after(part);
};
globalThis.laid = sheets => {
  sheets.forEach(({first, end, given}) => {
    const begin = around(all[first], all[first - 1]);
    begin.forEach(e => e.classList.add('begins'));
    if (begin.length) divided(begin.at(-1));
    all.slice(first, end).findLast(e => !e.matches('.blank')).classList.add('ends');
    all.slice(first, end).filter(e => given && spare(e)).forEach(e => smaller(e, given));
  });
  const after = place => all.findIndex(e => e.contains(place) || place.compareDocumentPosition(e) & 4);
  told(place => sheets.findIndex(({end}) => after(place) < end) + 1);
};
