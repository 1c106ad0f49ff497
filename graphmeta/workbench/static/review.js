// Keys for those who review all day. Everything they do can be done by Tab and Enter too.
(() => {
  "use strict";

  const box = document.querySelector("input[data-keys]");
  const keys = document.getElementById("keys");
  const form = document.querySelector("form[data-verdict]");

  if (box) {
    // Whoever types by voice needs single keys to do nothing.
    box.checked = localStorage.getItem("single-keys") !== "off";
    box.disabled = false;
    box.addEventListener("change", () => {
      localStorage.setItem("single-keys", box.checked ? "on" : "off");
    });
  }

  function focus(element) {
    if (!element) return;
    element.focus();
    element.scrollIntoView({ block: "center" });
  }

  // Moves through the rows of the queue; elsewhere the page's links to its neighbours are followed.
  function step(by) {
    const rows = [...document.querySelectorAll(".queue th[scope=row] a")];
    if (rows.length === 0) return false;
    const at = rows.findIndex((each) => each.closest("tbody").contains(document.activeElement));
    const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1);
    focus(rows[next]);
    return true;
  }

  function choose() {
    const row = document.activeElement.closest(".queue tbody");
    const chosen = row && row.querySelector("input[type=checkbox]");
    if (chosen) chosen.click();
  }

  function fit() {
    if (!form) return;
    const benign = form.querySelector("input[name=verdict]:checked")?.value === "benign";
    for (const part of form.querySelectorAll("[data-only=benign]")) part.hidden = !benign;
  }

  function act(key) {
    if (key === "?" && keys) {
      keys.open = !keys.open;
      focus(keys.querySelector("summary"));
    } else if ((key === "j" && step(1)) || (key === "k" && step(-1))) {
      return true;
    } else if (key === "x") {
      choose();
    } else if (form && "1234".includes(key)) {
      const radio = form.querySelectorAll("input[name=verdict]")[Number(key) - 1];
      radio.checked = true;
      fit();
      focus(radio);
    } else if (form && key === "r") {
      focus(form.querySelector("textarea"));
    } else if (key === "n") {
      focus(document.querySelector("#notes textarea"));
    } else {
      const link = document.querySelector(`a[data-key="${CSS.escape(key)}"]`);
      if (!link) return false;
      link.click();
    }
    return true;
  }

  document.addEventListener("keydown", (event) => {
    const at = event.target;
    if (event.key === "Enter" && event.ctrlKey && at.form && at.matches("textarea")) {
      event.preventDefault();
      at.form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || (box && !box.checked)) return;
    if (at.matches("textarea, select, input:not([type=radio]):not([type=checkbox])")) return;
    if (act(event.key)) event.preventDefault();
  });

  if (form) {
    form.addEventListener("change", fit);
    fit();
  }
  // What was wrong with a form is read, and seen, first.
  focus(document.querySelector(".wrong"));
})();
