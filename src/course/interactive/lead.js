this.remove();
/* JupyterLab only scrolls to the cell that a link leads to, on this page or on another that is open.
   Here the focus follows, and with it the cell is chosen. */
window.courseFollows ??= (scroll => {
    let asked = 0;
    document.addEventListener('click', event => {
        if (event.target.closest?.('.jp-Notebook a[href*="#cell-id="]')) asked = Date.now();
    }, true);
    Element.prototype.scrollIntoView = function (...how) {
        scroll.apply(this, how);
        if (!this.matches('.jp-Cell') || Date.now() - asked > 9000) return;
        asked = 0;
        this.focus({ preventScroll: true });
    };
    return true;
})(Element.prototype.scrollIntoView);
