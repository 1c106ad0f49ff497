// Draws the charts of a page as the reader comes near them, and all of them before printing.
// Every chart's description is JSON, in a data block beside its place or where its place says; no
// code is evaluated.
(() => {
  "use strict";

  const drawn = new Map();

  // Returns a promise of the chart's Bokeh document.
  function draw(place) {
    if (drawn.has(place.id)) return drawn.get(place.id);
    const done = describe(place).then(async (item) => {
      await Bokeh.embed.embed_item(item, place.id);
      const root = Bokeh.documents
        .flatMap((each) => each.roots())
        .find((each) => each.id === item.root_id);
      place.dataset.drawn = "yes";
      return root.document;
    });
    done.catch(() => {
      place.textContent = "This chart could not be drawn; the tables hold what it shows.";
    });
    drawn.set(place.id, done);
    return done;
  }

  async function describe(place) {
    const block = document.getElementById(place.id + "-data");
    if (block) return JSON.parse(block.textContent);
    // A page's first charts were asked for before BokehJS was there.
    return (await (place.coming || fetch(place.dataset.source))).json();
  }

  function show(doc, name, visible) {
    for (const model of doc.all_models) {
      if (model.name === name && "visible" in model) model.visible = visible;
    }
  }

  function count(number, one, many) {
    return number.toLocaleString("en") + " " + (number === 1 ? one : many);
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
  for (const place of places) {
    place.style.minHeight = place.dataset.height + "px";
    near.observe(place);
  }

  // Folds the contacted into ties between members.
  for (const box of document.querySelectorAll("input[data-collapses]")) {
    box.disabled = false;
    box.checked = false;
    box.addEventListener("change", async () => {
      const doc = await draw(document.getElementById(box.dataset.collapses));
      show(doc, "contacted", !box.checked);
      show(doc, "ties", box.checked);
    });
  }

  // Shows of a graph what was in use within some hours, and plays them one after the other.
  function brush(controls) {
    const [from, to] = controls.querySelectorAll("input[type=range]");
    const button = controls.querySelector("button");
    const told = controls.querySelector("output");
    const place = document.getElementById(controls.dataset.plays);
    const begins = Date.parse(controls.dataset.begins);
    const last = Number(to.max);
    let timer = null;

    function moment(hour) {
      return new Date(begins + hour * 3600000).toISOString().slice(0, 16).replace("T", " ");
    }

    async function narrow() {
      const [first, end] = [Number(from.value), Number(to.value)];
      const whole = first === 0 && end === last;
      const doc = await draw(place);
      let contacted = 0;
      for (const model of doc.all_models) {
        const filter = model.view && model.view.filter;
        if (!filter || filter.name !== "timed") continue;
        const { from_hour: starts, to_hour: ends } = model.data_source.data;
        const within = Array.from(starts, (at, n) => at <= end && ends[n] >= first);
        filter.booleans = whole ? null : within;
        if (model.glyph.type === "Scatter") contacted += within.filter(Boolean).length;
      }
      told.textContent =
        moment(first) + " to " + moment(end + 1) + " UTC: " + count(contacted, "contacted", "contacted");
      from.setAttribute("aria-valuetext", moment(first) + " UTC");
      to.setAttribute("aria-valuetext", moment(end + 1) + " UTC");
    }

    function stop() {
      clearInterval(timer);
      timer = null;
      button.textContent = "Play the campaign";
    }

    function play() {
      if (Number(to.value) >= last) to.value = from.value;
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const steps = calm ? 12 : 120;
      const stride = Math.max(1, Math.round((last - Number(from.value)) / steps));
      button.textContent = "Pause";
      timer = setInterval(() => {
        to.value = Math.min(last, Number(to.value) + stride);
        narrow();
        if (Number(to.value) >= last) stop();
      }, calm ? 1000 : 100);
    }

    from.addEventListener("input", () => {
      if (Number(from.value) > Number(to.value)) to.value = from.value;
      narrow();
    });
    to.addEventListener("input", () => {
      if (Number(to.value) < Number(from.value)) from.value = to.value;
      narrow();
    });
    button.addEventListener("click", () => (timer === null ? play() : stop()));
    // Browsers restore what was set before; the picture begins whole.
    from.value = 0;
    to.value = last;
    controls.hidden = false;
    told.textContent = moment(0) + " to " + moment(last + 1) + " UTC";
  }
  document.querySelectorAll("[data-plays]").forEach(brush);

  // Says which accounts a lasso took, and marks the rows of those that have one.
  async function select(told) {
    const place = document.getElementById(told.dataset.selects);
    const rows = place.closest(".cluster").querySelectorAll("tr[data-account]");
    const doc = await draw(place);
    const nodes = [...doc.all_models].filter((each) => each.type === "GlyphRenderer" && each.glyph.type === "Scatter");

    function tell() {
      const taken = new Set();
      const counts = [];
      for (const { name, data_source: source } of nodes) {
        const indices = source.selected.indices;
        if (indices.length === 0) continue;
        counts.push(count(indices.length, name, name === "contacted" ? name : name + "s"));
        for (const at of source.data.account ? indices : []) taken.add(source.data.account[at]);
      }
      for (const row of rows) row.classList.toggle("picked", taken.has(row.dataset.account));
      told.textContent = counts.length === 0 ? "" : "Selected: " + counts.reverse().join(", ") +
        (taken.size ? ". Their rows are marked in the table of members." : ".");
    }
    for (const { data_source: source } of nodes) {
      source.selected.change.connect(tell);
    }
  }
  for (const told of document.querySelectorAll("[data-selects]")) {
    // Listening needs the chart, which is drawn when the reader comes near it.
    new MutationObserver((_, watching) => {
      watching.disconnect();
      select(told);
    }).observe(document.getElementById(told.dataset.selects), { attributeFilter: ["data-drawn"] });
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
