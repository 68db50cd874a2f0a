const pad = this.closest('.course-pad');
this.remove();
const canvas = pad?.querySelector('canvas');
const words = pad?.dataset ?? {};
const pen = canvas?.getContext('2d');
let strokes = [], down = false, cursor = [500, 500], keyed = false, due;
const kept = () => pad.closest('.course-drawing')?.querySelector('textarea');
const read = text => (text ? text.split(';') : []).map(
    stroke => stroke.split(' ').map(point => point.split(',').map(Number)));
const write = () => strokes.map(stroke => stroke.map(point => point.join(',')).join(' ')).join(';');
const draw = () => {
    const scale = canvas.width / 1000;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = '#ffffff';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.strokeStyle = pen.fillStyle = '#1F2733';
    pen.lineCap = pen.lineJoin = 'round';
    pen.lineWidth = 70;
    for (const stroke of strokes) {
        pen.beginPath();
        pen.moveTo(...stroke[0]);
        for (const point of stroke) pen.lineTo(...point);
        pen.stroke();
    }
    if (!keyed) return;
    pen.strokeStyle = '#D55E00';
    pen.lineWidth = down ? 24 : 10;
    pen.beginPath();
    pen.arc(...cursor, 45, 0, 2 * Math.PI);
    pen.stroke();
};
const send = () => {
    due = undefined;
    const field = kept();
    if (!field) return;
    field.value = write();
    for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, { bubbles: true }));
};
const soon = () => { draw(); due ??= setTimeout(send, 120); };
const tell = text => { pad.querySelector('[role=status]').textContent = text; };
const length = () => strokes.reduce((n, stroke) => n + stroke.length, 0);
const add = ([x, y]) => {
    const point = [x, y].map(v => Math.min(999, Math.max(0, Math.round(v))));
    const last = strokes.at(-1)?.at(-1);
    if (length() >= +words.most) return;
    if (last && Math.hypot(last[0] - point[0], last[1] - point[1]) < 8) return;
    strokes.at(-1).push(point);
};
const at = event => {
    const box = canvas.getBoundingClientRect();
    return [1000 * (event.clientX - box.left) / box.width, 1000 * (event.clientY - box.top) / box.height];
};
const begin = point => {
    if (length() < +words.most) strokes.push([point.map(v => Math.min(999, Math.max(0, Math.round(v))))]);
};
const undo = all => {
    strokes = all ? [] : strokes.slice(0, -1);
    down = false;
    tell(all ? words.clear : words.undone);
    soon();
};
if (canvas) {
    const help = pad.querySelector('.course-help');
    help.id = `course-${window.courseCount = (window.courseCount ?? 0) + 1}`;
    canvas.setAttribute('aria-describedby', help.id);
    canvas.addEventListener('pointerdown', event => {
        if (event.button) return;
        event.preventDefault();
        canvas.focus({ preventScroll: true });
        canvas.setPointerCapture(event.pointerId);
        [down, keyed] = [true, false];
        begin(at(event));
        soon();
    });
    canvas.addEventListener('pointermove', event => {
        if (!down || keyed) return;
        for (const part of event.getCoalescedEvents?.() ?? [event]) add(at(part));
        soon();
    });
    for (const kind of ['pointerup', 'pointercancel'])
        canvas.addEventListener(kind, () => { if (!keyed) down = false; soon(); });
    canvas.addEventListener('keydown', event => {
        const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
        if (way) {
            const far = event.shiftKey ? 10 : 40;
            cursor = cursor.map((v, i) => Math.min(999, Math.max(0, v + far * way[i])));
            if (down) add(cursor);
            const [x, y] = cursor.map(v => Math.round(v / 10));
            tell(words.at.replace('{x}', x).replace('{y}', y));
        } else if (event.key === ' ') {
            down = !(down && keyed);
            if (down) begin(cursor);
            tell(down ? words.down : words.up);
        } else if (event.key === 'Backspace') undo(false);
        else if (event.key === 'Delete') undo(true);
        else return;
        keyed = true;
        event.preventDefault();
        event.stopPropagation();
        soon();
    });
    canvas.addEventListener('blur', () => { [down, keyed] = [false, false]; draw(); });
    pad.querySelector('button').addEventListener('click', () => undo(true));
    const wait = tries => {
        const field = kept();
        if (field) strokes = read(field.value);
        if (!field && tries) setTimeout(wait, 50, tries - 1);
        draw();
    };
    wait(100);
}
