const said = this.previousElementSibling;
const before = this.closest('.jp-OutputArea-child')?.previousElementSibling;
const image = before?.querySelector('.jp-RenderedImage img, .jp-RenderedSVG img');
this.remove();
if (said && image) {
    image.alt = said.lastElementChild.textContent;
    said.setAttribute('aria-hidden', 'true');
}
