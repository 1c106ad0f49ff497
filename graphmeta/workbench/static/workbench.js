// What charts need under the workbench's content security policy. Stands before BokehJS.
"use strict";

(() => {
  // BokehJS puts styles into elements that it makes. They need the nonce of this page.
  const nonce = document.currentScript.nonce;
  const create = Document.prototype.createElement;
  Document.prototype.createElement = function (name, options) {
    const element = create.call(this, name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };

  // The places of charts get their height here, since a page may not say it in a style. What the
  // first of them show is asked for at once: it is made while BokehJS is being read.
  for (const place of document.querySelectorAll(".chart-place[data-height]")) {
    place.style.minHeight = `${place.dataset.height}px`;
    const near = place.getBoundingClientRect().top < 2 * innerHeight;
    const asked = location.hash === `#${place.id}`;
    if (place.dataset.source && (near || asked)) {
      place.coming = fetch(place.dataset.source);
    }
  }
})();
