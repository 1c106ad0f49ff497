// Draws the charts of a page as the reader comes near them, and all of them before printing.
// Every chart's description is JSON in a data block beside its place; no code is evaluated.
(() => {
  "use strict";

  const drawn = new Map();

  function draw(place) {
    if (drawn.has(place.id)) return drawn.get(place.id);
    const item = JSON.parse(document.getElementById(place.id + "-data").textContent);
    const done = Bokeh.embed.embed_item(item, place.id).then(() => {
      const root = Bokeh.documents
        .flatMap((each) => each.roots())
        .find((each) => each.id === item.root_id);
      place.dataset.drawn = "yes";
      return root.document;
    });
    drawn.set(place.id, done);
    return done;
  }

  function show(doc, name, visible) {
    for (const model of doc.all_models) {
      if (model.name === name && "visible" in model) model.visible = visible;
    }
  }

  const places = document.querySelectorAll(".chart-place");
  const near = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        near.unobserve(entry.target);
        draw(entry.target);
      }
    },
    { rootMargin: "800px 0px" },
  );
  places.forEach((place) => near.observe(place));

  for (const box of document.querySelectorAll("input[data-collapses]")) {
    box.disabled = false;
    box.checked = false;
    box.addEventListener("change", async () => {
      const doc = await draw(document.getElementById(box.dataset.collapses));
      show(doc, "contacted", !box.checked);
      show(doc, "ties", box.checked);
    });
  }

  let opened = [];
  window.addEventListener("beforeprint", () => {
    places.forEach(draw);
    opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach((each) => { each.open = true; });
  });
  window.addEventListener("afterprint", () => {
    opened.forEach((each) => { each.open = false; });
  });
})();
