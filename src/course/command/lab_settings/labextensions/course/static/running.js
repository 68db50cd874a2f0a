/*
 * What the course asks of JupyterLab itself where a cell is chosen or run. The arrow keys choose a folded
 * cell too: a question is one, and JupyterLab would leave it out. A run that leads to an exercise opens
 * its cell for typing, its dots selected to be replaced: JupyterLab would only choose the cell, and
 * take what is typed for commands. What a cell has put out is in sight, and the next cell with it, which
 * JupyterLab leaves under the window's edge; so is what a fold opens. And a page's script can ask what a
 * folded cell doesn't show: whether it runs, and whether there is a kernel.
 */
const RUNS_ON = 'notebook:run-cell-and-select-next';
const DOTS = /^(\s*)\.\.\.(?=\s*(#|$))/;
const CHOOSE = 'course:choose-cell';
const CHOSEN = '.jp-Notebook.jp-mod-commandMode:not(.jp-mod-readWrite) :focus';
const SHUTS = /^kernelmenu:shutdown|^notebook:shutdown-kernel/;
const SETTLED = 300;  // milliseconds in which a widget has come that was put out

const isExercise = cell =>
    (cell?.model.getMetadata('tags') ?? []).some(tag => tag.startsWith('exercise:'));

const selectDots = editor => {
    for (let line = 0; line < editor.lineCount; line++) {
        const column = editor.getLine(line).match(DOTS)?.[1].length;
        if (column === undefined) continue;
        editor.setSelection({ start: { line, column }, end: { line, column: column + 3 } });
        return;
    }
};

const openExercise = notebook => {
    if (!isExercise(notebook?.activeCell)) return;
    notebook.mode = 'edit';
    if (notebook.activeCell.editor) selectDots(notebook.activeCell.editor);
};

/* From the top of the output to the end of the next cell, or as far as the window reaches. Unless a
   hand has gone elsewhere by then; what is higher than the window stays where it is. */
const showOutput = async (notebook, ended) => {
    const { activeCell: next, activeCellIndex: index } = notebook;
    await ended;
    await new Promise(done => setTimeout(done, SETTLED));
    const output = notebook.widgets[index - 1]?.outputArea?.node;
    const first = output?.offsetHeight ? output : next.node;
    const pane = first.closest('.jp-WindowedPanel-outer');
    if (notebook.activeCell !== next || first.offsetHeight >= pane.clientHeight) return;
    const [edge, from, to] = [pane, first, next.node].map(part => part.getBoundingClientRect());
    pane.scrollBy(0, Math.min(Math.max(to.bottom - edge.bottom, 0), from.top - edge.top));
};

const choose = (notebook, step) => {
    let index = notebook.activeCellIndex + step;
    while (notebook.widgets[index]?.isHidden) index += step;  // under a heading that is folded
    if (!notebook.widgets[index]) return;
    notebook.deselectAll();
    notebook.activeCellIndex = index;
    notebook.activate();
    notebook.scrollToItem(index, 'auto');
};

const tellBoxes = () => document.querySelectorAll('.course-awake').forEach(
    box => box.dispatchEvent(new Event('course-kernel')));

const plugin = {
    id: 'course:running',
    autoStart: true,
    activate: ({ commands, shell }) => {
        commands.commandExecuted.connect((_, { id, result }) => {
            const notebook = shell.currentWidget?.content;
            if (SHUTS.test(id)) result.then(tellBoxes, () => {});
            if (id !== RUNS_ON || !notebook) return;
            openExercise(notebook);
            showOutput(notebook, result).catch(() => {});  // a run that failed
        });
        commands.addCommand(CHOOSE, {
            label: 'Choose the cell above or below',
            execute: ({ step = 1 }) => choose(shell.currentWidget.content, step),
        });
        for (const [key, step] of [['ArrowUp', -1], ['K', -1], ['ArrowDown', 1], ['J', 1]])
            commands.addKeyBinding({ command: CHOOSE, args: { step }, keys: [key], selector: CHOSEN });
        document.addEventListener('keydown', ({ key, target }) => {  // a fold, a link, a wide formula
            if (key === 'Escape' && target.matches('.jp-Cell :is(summary, a, mjx-container)'))
                target.closest('.jp-Cell').focus();
        });
        document.addEventListener('click', ({ target }) => {  // or Enter: what it opens is in sight
            const fold = target.closest('.jp-Cell summary')?.parentElement;
            if (fold) setTimeout(() => fold.open && fold.scrollIntoView({ block: 'nearest' }));
        });
        window.courseRuns = node =>
            (shell.currentWidget?.content.widgets ?? []).some(
                cell => cell.node === node && cell.model.executionState === 'running');
        window.courseKernel = node => {  // of its own page: another may be in front
            const own = [...shell.widgets('main')].find(page => page.node.contains(node));
            return !own || Boolean(own.sessionContext?.session?.kernel);
        };
    },
};

(window._JUPYTERLAB ??= {}).course = { init: () => {}, get: async () => () => plugin };
