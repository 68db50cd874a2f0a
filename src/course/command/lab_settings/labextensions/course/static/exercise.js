/*
 * What the course asks of JupyterLab itself. Where running a cell leads to an exercise, its cell is
 * open for typing, its dots selected to be replaced: JupyterLab would only choose the cell, and take
 * what is typed for commands. And a page's script can ask whether a cell runs, which a folded cell
 * doesn't show.
 */
const RUNS_ON = 'notebook:run-cell-and-select-next';
const DOTS = /^(\s*)\.\.\.(?=\s*(#|$))/;

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

const plugin = {
    id: 'course:exercise',
    autoStart: true,
    activate: ({ commands, shell }) => {
        commands.commandExecuted.connect((_, { id }) => {
            if (id === RUNS_ON) openExercise(shell.currentWidget?.content);
        });
        window.courseRuns = node =>
            (shell.currentWidget?.content.widgets ?? []).some(
                cell => cell.node === node && cell.model.executionState === 'running');
    },
};

(window._JUPYTERLAB ??= {}).course = { init: () => {}, get: async () => () => plugin };
