// Instant results below a search field. Without this the form answers with a page.
"use strict";

function showResults(list, found) {
  list.replaceChildren(...found.map((result, place) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const kind = document.createElement("span");
    link.href = result.path;
    link.id = `${list.id}-${place}`;
    link.append(result.label);
    if (result.name.toLowerCase() !== result.label.toLowerCase()) link.append(` (${result.name})`);
    kind.className = "kind";
    kind.textContent = ` ${result.kind}`;
    link.append(kind);
    item.append(link);
    return item;
  }));
  list.hidden = found.length === 0;
}

function connect(form) {
  const field = form.querySelector("input[name=q]");
  const list = form.querySelector(".found");
  const told = form.querySelector("[role=status]");
  let asked = 0;
  let waiting = 0;
  let chosen = -1;

  async function look() {
    const text = field.value.trim();
    const mine = ++asked;
    chosen = -1;
    if (text.length < 2) { showResults(list, []); told.textContent = ""; return; }
    try {
      const answer = await fetch(`${form.action}?q=${encodeURIComponent(text)}&limit=8`,
        { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const { results } = await answer.json();
      if (mine !== asked) return;
      showResults(list, results);
      told.textContent = `${results.length} results`;
    } catch { /* Offline: the form itself still works. */ }
  }

  function choose(step) {
    const links = [...list.querySelectorAll("a")];
    if (!links.length) return;
    chosen = (chosen + step + links.length) % links.length;
    links.forEach((link, place) => link.classList.toggle("chosen", place === chosen));
    links[chosen].scrollIntoView({ block: "nearest" });
    told.textContent = links[chosen].textContent;
  }

  field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 120); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { choose(1); event.preventDefault(); }
    else if (event.key === "ArrowUp") { choose(-1); event.preventDefault(); }
    else if (event.key === "Escape") showResults(list, []);
    else if (event.key === "Enter" && chosen >= 0) { list.querySelectorAll("a")[chosen].click(); event.preventDefault(); }
  });
  document.addEventListener("click", (event) => { if (!form.contains(event.target)) showResults(list, []); });
}

for (const form of document.querySelectorAll("form.search")) connect(form);

// The query page: Ctrl+Enter runs, choosing an example loads it.
const query = document.querySelector("textarea[name=query]");
if (query) {
  query.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) query.form.requestSubmit();
  });
  const examples = document.querySelector("select[name=example]");
  if (examples) examples.addEventListener("change", () => { if (examples.value) examples.form.requestSubmit(); });
}
