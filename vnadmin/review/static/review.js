// The review page. All text goes into the page as text, never as HTML.
"use strict";
(() => {
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const root = document.documentElement;
  const data = JSON.parse($("#data").textContent);
  const sheets = $$(".sheet");
  const SVG = "http://www.w3.org/2000/svg";

  // ---- units: what can be pointed at -------------------------------------------------
  const units = [];
  data.pages.forEach((page, sheet) => page.units.forEach(([sure, boxes, at, read, kinds], n) => {
    units.push({ number: page.first + n, sheet, page: page.n, sure, boxes, at, read, kinds, parts: [] });
  }));
  for (const part of $$(".text .w")) units[part.dataset.w].parts.push(part);
  const textOf = (unit) => unit.parts.map((part) => {
    if (!part.firstElementChild) return part.textContent;
    const copy = part.cloneNode(true);
    $$(".ref", copy).forEach((ref) => ref.remove());
    return copy.textContent;
  }).join("");
  for (const unit of units) {
    if (unit.parts.length > 1) for (const part of unit.parts.slice(1)) part.removeAttribute("tabindex");
    unit.marked = unit.sure < data.doubt; // as the page came
  }

  // ---- settings and language ---------------------------------------------------------
  const stored = {
    get(key) { try { return localStorage.getItem(`vnadmin.${key}`); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(`vnadmin.${key}`, value); } catch { /* not kept */ } },
  };
  let language = root.lang;
  const t = (key, filled = {}) =>
    data.words[language][key].replace(/\{(\w+)\}/g, (_, name) => String(filled[name]));
  const percent = (share) => `${Math.round(share * 100)} %`;
  const one = (number) => String(Math.round(number * 10) / 10).replace(".", language === "vi" ? "," : ".");

  function setLanguage(to) {
    language = root.lang = to;
    stored.set("language", to);
    if (data.served) document.cookie = `vnadmin_language=${to}; path=/; max-age=31536000; samesite=lax`;
    for (const each of $$("[data-t]")) each.textContent = t(each.dataset.t);
    for (const each of $$("[data-t-label]")) each.setAttribute("aria-label", t(each.dataset.tLabel));
    for (const each of $$("[data-t-alt]")) each.alt = `${t(each.dataset.tAlt)} ${each.dataset.n}`;
    $("#language").lang = to === "vi" ? "en" : "vi";
    setLevel(level);
    if (shown) inspect(shown); else if (citation !== null) showCitation(citation, { scroll: false, card: false }); else $("#inspected").replaceChildren(make("p", "hint", t("nothing_selected")));
    drawCorrections();
  }

  function setTheme(to) {
    root.dataset.theme = to;
    stored.set("theme", to);
  }

  const views = $$(".views button").map((button) => button.dataset.view);
  function setView(to) {
    root.dataset.view = to;
    for (const button of $$(".views button")) button.setAttribute("aria-pressed", button.dataset.view === to);
    if (shown) reveal(shown);
  }

  const make = (tag, name = "", text = null) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (text !== null) made.textContent = text;
    return made;
  };
  const say = (text) => { const status = $("#status"); status.textContent = ""; requestAnimationFrame(() => { status.textContent = text; }); };

  // ---- doubts ------------------------------------------------------------------------
  let level = data.doubt;
  let doubts = [];
  function setLevel(to) {
    level = to;
    doubts = units.filter((unit) => unit.sure < level && unit.parts.length);
    for (const unit of units) {
      const doubtful = unit.sure < level;
      if (doubtful === unit.marked) continue;
      unit.marked = doubtful;
      unit.parts.forEach((part, n) => {
        part.classList.toggle("doubt", doubtful);
        part.classList.toggle("serious", doubtful && unit.sure < data.serious);
        if (doubtful && n === 0) { part.tabIndex = 0; part.setAttribute("role", "button"); }
        else if (part !== document.activeElement) part.tabIndex = -1;
      });
    }
    $("#level").value = Math.round(level * 100);
    $("#level-value").textContent = percent(level);
    $("#doubt-count").textContent = doubts.length;
    const wrong = (among) => among.reduce((sum, unit) => sum + 1 - unit.sure, 0);
    $("#expected").textContent = doubts.length
      ? t("expected", { doubts: doubts.length, caught: one(wrong(doubts)), errors: one(wrong(units)) })
      : t("no_doubt");
    showPosition();
    sheets.forEach((_, n) => drawn.delete(n));
    for (const n of visible) draw(n);
  }
  function showPosition() {
    const at = shown ? doubts.indexOf(shown) : -1;
    $("#position").textContent = doubts.length ? t("doubt_at", { at: at < 0 ? "–" : at + 1, of: doubts.length }) : "0";
  }
  function jump(step) {
    if (!doubts.length) { say(t("no_doubt")); return; }
    const from = shown ? shown.number : step > 0 ? -1 : units.length;
    const ahead = step > 0 ? doubts.find((unit) => unit.number > from) : doubts.findLast((unit) => unit.number < from);
    go(ahead || doubts.at(step > 0 ? 0 : -1));
  }
  function go(unit) {
    if (getComputedStyle(unit.parts[0].closest(".reading")).display === "none") { select(unit); reveal(unit); return; }
    focusWord(unit);
  }
  function focusWord(unit) {
    const part = unit.parts[0];
    if (!part.hasAttribute("tabindex")) part.tabIndex = -1;
    part.setAttribute("role", "button");
    part.focus({ preventScroll: true });
    select(unit);
    reveal(unit);
  }
  function reveal(unit) {
    const paper = root.dataset.view === "paper";
    const target = paper ? $(".picture .here rect", sheets[unit.sheet]) : unit.parts[0];
    if (!target) return;
    const space = target.getBoundingClientRect();
    const dock = getComputedStyle($("#inspector")).position === "fixed" ? $("#inspector").offsetHeight : 0;
    const top = $(".bar").offsetHeight + 24;
    if (space.top < top || space.bottom > innerHeight - dock - 24) {
      scrollBy({ top: space.top - top - (innerHeight - dock - top) / 3, behavior: "instant" });
    }
  }

  // ---- the picture -------------------------------------------------------------------
  const visible = new Set();
  const drawn = new Set();
  const rect = (box, name) => {
    const made = document.createElementNS(SVG, "rect");
    const [x0, y0, x1, y1] = box;
    made.setAttribute("x", x0); made.setAttribute("y", y0);
    made.setAttribute("width", Math.max(0, x1 - x0)); made.setAttribute("height", Math.max(0, y1 - y0));
    if (name) made.setAttribute("class", name);
    return made;
  };
  // Boxes that stand in one line as one.
  const heights = new Map();
  function lineHeight(sheet) {
    if (!heights.has(sheet)) {
      const all = unitsOf(sheet).flatMap((unit) => unit.boxes.map((box) => box[3] - box[1])).sort((a, b) => a - b);
      heights.set(sheet, all[all.length >> 1] || 12);
    }
    return heights.get(sheet);
  }
  function inLines(boxes) {
    const lines = [];
    for (const [x0, y0, x1, y1] of boxes) {
      const last = lines.at(-1);
      if (last && Math.min(y1, last[3]) - Math.max(y0, last[1]) > (y1 - y0) / 2 && x0 >= last[0] && x0 - last[2] < 3 * (y1 - y0)) {
        last[1] = Math.min(last[1], y0); last[2] = Math.max(last[2], x1); last[3] = Math.max(last[3], y1);
      } else lines.push([x0, y0, x1, y1]);
    }
    return lines;
  }
  const unitsOf = (sheet) => units.slice(data.pages[sheet].first, data.pages[sheet].first + data.pages[sheet].units.length);
  function draw(sheet) {
    const marks = $(".marks", sheets[sheet]);
    if (!marks || drawn.has(sheet)) return;
    drawn.add(sheet);
    const cited = unitsOf(sheet).filter((unit) => unit.parts[0] && unit.parts[0].closest(".cite"));
    const made = inLines(cited.flatMap((unit) => unit.boxes)).map((box) => rect(box, "cited"));
    for (const unit of unitsOf(sheet)) {
      if (unit.sure < level) made.push(...unit.boxes.map((box) => rect(box, unit.sure < data.serious ? "serious" : "")));
    }
    marks.replaceChildren(...made);
  }
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const n = Number(entry.target.dataset.sheet);
      if (entry.isIntersecting) { visible.add(n); draw(n); } else visible.delete(n);
    }
  }, { rootMargin: "400px" });
  sheets.forEach((sheet) => watch.observe(sheet));

  function at(picture, event) {
    const sheet = Number(picture.closest(".sheet").dataset.sheet);
    const place = picture.getBoundingClientRect();
    const [width, height] = data.pages[sheet].size;
    const x = (event.clientX - place.left) * width / place.width;
    const y = (event.clientY - place.top) * height / place.height;
    return unitsOf(sheet).find((unit) => unit.boxes.some(([x0, y0, x1, y1]) => x >= x0 && x <= x1 && y >= y0 && y <= y1));
  }

  // ---- the selected word -------------------------------------------------------------
  let shown = null; // in the inspector
  let pinned = null; // chosen by click or focus: pointing elsewhere doesn't lose it
  let citation = null;
  function highlight(some) {
    for (const each of $$(".here")) if (each.tagName !== "g") each.classList.remove("here");
    for (const group of $$("g.here")) if (group.childNodes.length) group.replaceChildren();
    const bySheet = new Map();
    for (const unit of some) bySheet.set(unit.sheet, [...(bySheet.get(unit.sheet) || []), ...unit.boxes]);
    for (const [sheet, boxes] of bySheet) {
      const group = $("g.here", sheets[sheet]);
      if (group) group.replaceChildren(...inLines(boxes).map((box) => rect(box)));
    }
  }
  function peek(unit) {
    if (unit === shown) return;
    highlight([unit]);
    for (const part of unit.parts) part.classList.add("here");
    shown = unit;
    inspect(unit);
    showPosition();
  }
  function select(unit) {
    citation = null;
    pinned = unit;
    shown = null;
    peek(unit);
    say(spoken(unit));
  }
  function unpeek() {
    if (editing()) return;
    if (pinned && pinned !== shown) peek(pinned);
    else if (!pinned && citation !== null) showCitation(citation, { scroll: false, card: false });
  }
  const editing = () => $("#inspected").contains(document.activeElement) && document.activeElement.tagName === "INPUT";

  function spoken(unit) {
    const said = textOf(unit).trim();
    const told = [unit.boxes.length || said ? said : "", `${t("sure")} ${percent(unit.sure)}`];
    if (unit.read !== undefined) told.splice(1, 0, said ? `${t("read_as")}: ${unit.read}` : `${t("left_out")}: ${unit.read}`);
    return told.filter(Boolean).join("; ");
  }

  function inspect(unit) {
    const box = $("#inspected");
    const made = [];
    const crop = strip(unit);
    if (crop) made.push(crop);
    const said = make("p", "said");
    said.lang = "vi";
    const text = textOf(unit);
    if (unit.read !== undefined && unit.read !== text) {
      said.append(make("del", "", unit.read.trim().slice(0, 200)), make("span", "arrow", "→"));
    }
    said.append(text.trim() ? bdi(text.trim()) : make("span", "none", t("left_out")));
    made.push(said);
    const meter = make("div", "meter");
    const bar = make("span", unit.sure < data.serious ? "low" : unit.sure < level ? "mid" : "");
    bar.style.width = percent(unit.sure).replace(" ", "");
    meter.append(bar);
    made.push(meter);
    const facts = [`${t("sure")} ${percent(unit.sure)}`];
    if (unit.page !== null) facts.push(t("on_page", { page: unit.page }));
    made.push(make("p", "hint", facts.join(" · ")));
    const kinds = unit.corrected ? ["human"] : unit.kinds;
    made.push(make("p", "hint", kinds ? kinds.map((kind) => t(`kind_${kind}`)).join("; ") : t("unchanged")));
    if (data.editable) made.push(...wordForm(unit));
    box.replaceChildren(...made);
  }
  const bdi = (text) => make("bdi", "", text);

  function inspectCitation(number, first) {
    const said = make("p", "said");
    said.lang = "vi";
    said.append(bdi($(".cited bdi", cards[number]).textContent));
    const facts = [$(".relation", cards[number]).textContent];
    if (first && first.page !== null) facts.push(t("on_page", { page: first.page }));
    const crop = first && strip(first);
    $("#inspected").replaceChildren(...(crop ? [crop] : []), said, make("p", "hint", facts.join(" · ")));
  }

  // The strip of the paper around a word, enlarged.
  function strip(unit) {
    const image = $(".picture img", sheets[unit.sheet]);
    if (!image || !unit.boxes.length) return null;
    const canvas = make("canvas");
    const ratio = Math.min(devicePixelRatio || 1, 2);
    const width = 340, height = 84;
    canvas.width = width * ratio; canvas.height = height * ratio;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", t("view_paper"));
    const paint = () => {
      const scale = image.naturalWidth / data.pages[unit.sheet].size[0];
      const [x0, y0, x1, y1] = unit.boxes[0].map((side) => side * scale);
      const tall = Math.max((y1 - y0) * 2.4, (x1 - x0) * 1.15 * height / width, lineHeight(unit.sheet) * scale * 2.4);
      const wide = tall * width / height;
      const left = (x0 + x1 - wide) / 2, top = (y0 + y1 - tall) / 2;
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#fff"; pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.imageSmoothingQuality = "high";
      pen.drawImage(image, left, top, wide, tall, 0, 0, canvas.width, canvas.height);
      const by = canvas.width / wide;
      pen.fillStyle = "rgba(255, 222, 60, .3)";
      pen.fillRect((x0 - left) * by, (y0 - top) * by, (x1 - x0) * by, (y1 - y0) * by);
    };
    if (image.complete && image.naturalWidth) paint();
    else { image.loading = "eager"; image.addEventListener("load", paint, { once: true }); }
    return canvas;
  }

  // ---- citations ---------------------------------------------------------------------
  const cards = $$(".citations li[data-c]");
  function showCitation(number, { scroll = true, card = true } = {}) {
    citation = number;
    const parts = $$(`.text .cite[data-c="${number}"]`);
    const words = new Set(parts.flatMap((part) => [...$$(".w", part), ...(part.closest(".w") ? [part.closest(".w")] : [])].map((word) => units[word.dataset.w])));
    highlight([...words]);
    parts.forEach((part) => part.classList.add("here"));
    cards[number].classList.add("here");
    const first = [...words][0];
    if (scroll && first) reveal(first);
    if (card) {
      const side = $("#cards");
      if (getComputedStyle(side).overflowY === "auto") side.scrollTo({ top: cards[number].offsetTop - 12 });
    }
    shown = pinned = null;
    showPosition();
    inspectCitation(number, first);
  }
  function jumpCitation(step) {
    if (!cards.length) { say(t("no_citations")); return; }
    const next = citation === null ? (step > 0 ? 0 : cards.length - 1) : (citation + step + cards.length) % cards.length;
    const ref = $(`#ref-${next}`);
    if (ref) ref.focus({ preventScroll: true });
    showCitation(next);
    say($(".cited", cards[next]).textContent.trim());
  }

  // ---- corrections -------------------------------------------------------------------
  const inForce = data.corrections;
  const who = () => stored.get("name") || "";
  const field = (name, key, value) => {
    const label = make("label", "", t(key));
    const input = make("input");
    input.name = name; input.value = value; input.autocomplete = "off"; input.spellcheck = false;
    if (name === "new") input.lang = "vi"; else {
      input.autocomplete = "name"; input.required = true;
      input.addEventListener("change", () => { if (input.value.trim()) stored.set("name", input.value.trim()); });
    }
    label.append(input);
    return label;
  };
  function correctionForm({ value, kept, buttons, send }) {
    const form = make("form", "correct");
    form.append(field("new", "new_value", value));
    if (!who()) form.append(field("by", "your_name", who()));
    const row = make("div", "row");
    for (const [action, key] of buttons) {
      const button = make("button", action === "retype" ? "primary" : "", t(key));
      button.type = action === "retype" ? "submit" : "button";
      button.dataset.action = action;
      if (action !== "retype") button.addEventListener("click", () => submit(action));
      row.append(button);
    }
    if (kept) {
      const button = make("button", "", t("undo"));
      button.type = "button"; button.dataset.action = "undo";
      button.addEventListener("click", () => undo(kept));
      row.append(button);
    }
    form.append(row);
    const submit = (action) => {
      if (form.elements.by && form.elements.by.value.trim()) stored.set("name", form.elements.by.value.trim());
      const by = who() || (form.elements.by ? form.elements.by.value.trim() : "");
      if (!by) { say(t("name_first")); form.elements.by.focus(); return; }
      send(action, form.elements.new.value.trim(), by);
    };
    form.addEventListener("submit", (event) => { event.preventDefault(); submit("retype"); });
    form.sendAs = submit;
    return form;
  }
  async function post(url, body) {
    const headers = { "Content-Type": "application/json" };
    const token = $('meta[name="csrf-token"]');
    if (token) headers["X-CSRF-Token"] = token.content;
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify({ ...body, version: data.version }), credentials: "same-origin" });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(told.error || `${answer.status} ${answer.statusText}`);
    return told;
  }
  async function save(body) {
    try {
      inForce.push(await post(data.endpoint, body));
      say(t("saved"));
    } catch (error) { alarm(error); }
    drawCorrections();
  }
  async function undo(kept) {
    try {
      await post(`${data.endpoint}/undo`, { id: kept.id, by: who() || kept.by });
      inForce.splice(inForce.indexOf(kept), 1);
      const unit = kept.target === "word" && units.find((each) => each.page === kept.page && each.at === kept.start);
      if (unit) { unit.first = kept.old; unit.machine = kept.confidence ?? unit.machine; }
      const row = kept.field && rowOf(kept);
      if (row) row.machine = kept.old;
      say(t("undone"));
    } catch (error) { alarm(error); }
    drawCorrections();
  }
  const alarm = (error) => tell(t("failed", { error: error.message }));
  function tell(text) {
    const box = $("#alarm");
    box.textContent = text;
    box.hidden = false;
    clearTimeout(tell.timer);
    tell.timer = setTimeout(() => { box.hidden = true; }, 12000);
  }
  const byWord = (unit) => inForce.findLast((each) => each.target === "word" && each.page === unit.page && each.start === unit.at);
  const cardOf = (row) => { const card = row.closest("[data-c]"); return card ? Number(card.dataset.c) : undefined; };
  const byField = (row) => inForce.findLast((each) => each.target === row.dataset.target && each.field === row.dataset.path && each.citation === cardOf(row));
  const rowOf = (kept) => $$(".field[data-target]").find((row) => byRow(row, kept));
  const byRow = (row, kept) => kept.target === row.dataset.target && kept.field === row.dataset.path && kept.citation === cardOf(row);
  function wordForm(unit) {
    const kept = byWord(unit);
    const read = unit.read ?? unit.first ?? textOf(unit);
    const made = [];
    if (kept) made.push(make("p", "by", t("corrected_by", { by: kept.by, at: when(kept.at) })));
    made.push(correctionForm({
      value: textOf(unit).trim(), kept,
      buttons: [["accept", "accept"], ...(unit.read !== undefined ? [["reject", "reject"]] : []), ["retype", "retype"]],
      send: (action, value, by) => save({
        target: "word", action, page: unit.page, start: unit.at, read, old: textOf(unit),
        new: action === "accept" ? textOf(unit) : action === "reject" ? read : value, by,
      }),
    }));
    return made;
  }
  const when = (at) => new Date(at).toLocaleString(language === "en" ? "en-GB" : language, { dateStyle: "short", timeStyle: "short" });
  function openField(row) {
    const open = $("form.correct", row);
    if (open) { open.remove(); return; }
    const target = row.dataset.target, path = row.dataset.path;
    const value = $(".value", row);
    const kept = byField(row);
    const form = correctionForm({
      value: value.textContent, kept,
      buttons: [["accept", "accept"], ["retype", "retype"]],
      send: (action, typed, by) => {
        form.remove();
        save({ target, action, field: path, citation: cardOf(row),
          old: value.textContent, new: action === "accept" ? value.textContent : typed, by });
      },
    });
    $("dd", row).append(form);
    form.elements.new.focus();
  }
  function drawCorrections() {
    if (!data.editable) return;
    for (const unit of units) {
      if (!unit.parts.length) continue;
      const kept = byWord(unit);
      if (!kept && !unit.corrected) continue;
      unit.corrected = Boolean(kept);
      unit.first ??= textOf(unit);
      const wanted = kept ? kept.new : unit.first;
      if (textOf(unit) !== wanted) rewrite(unit, wanted);
      if (kept) { unit.machine ??= unit.sure; unit.sure = 1; } else if (unit.machine !== undefined) unit.sure = unit.machine;
      unit.parts.forEach((part) => part.classList.toggle("corrected", unit.corrected));
    }
    for (const row of $$(".field[data-target]")) {
      const kept = byField(row);
      const value = $(".value", row);
      row.machine ??= value.textContent;
      value.textContent = kept ? kept.new ?? "" : row.machine;
      row.classList.toggle("corrected", Boolean(kept));
      $$(".by", row).forEach((each) => each.remove());
      if (kept) {
        const by = make("p", "by", t("corrected_by", { by: kept.by, at: when(kept.at) }));
        const button = make("button", "change", t("undo"));
        button.type = "button"; button.addEventListener("click", () => undo(kept));
        by.append(" ", button);
        $("dd", row).append(by);
      }
      if (!$(".open", row)) {
        const button = make("button", "change open", t("correct"));
        button.type = "button"; button.dataset.t = "correct";
        button.addEventListener("click", () => openField(row));
        $("dd", row).append(" ", button);
      }
    }
    for (const card of cards) {
      const kept = inForce.findLast((each) => each.target === "citation" && !each.field && each.citation === Number(card.dataset.c));
      card.classList.toggle("rejected", Boolean(kept) && kept.action === "reject");
      $$(".whole", card).forEach((each) => each.remove());
      const row = make("p", "whole");
      if (kept) row.append(make("span", "by", `${kept.action === "reject" ? t("rejected") : t("accept")}; ${t("corrected_by", { by: kept.by, at: when(kept.at) })} `));
      const button = (key, act) => {
        const made = make("button", "change", t(key));
        made.type = "button"; made.addEventListener("click", act);
        row.append(made, " ");
      };
      if (kept) button("undo", () => undo(kept));
      else for (const [action, key] of [["accept", "accept"], ["reject", "reject_citation"]]) {
        button(key, () => named((by) => save({ target: "citation", action, field: null, citation: Number(card.dataset.c), old: "", new: null, by })));
      }
      card.append(row);
    }
    listCorrections();
    if (shown) inspect(shown);
    setLevelQuietly();
  }
  // What holds, the latest first; a press on one leads to its place.
  function listCorrections() {
    $("#corrections-count").textContent = inForce.length;
    $("#no-corrections").hidden = inForce.length > 0;
    // What was taken back is to be rewritten too.
    listCorrections.any ||= inForce.length > 0 || parseInt(data.version, 10) > 0;
    $("#rewriting").hidden = !data.version || !listCorrections.any;
    $("#corrections").replaceChildren(...inForce.toReversed().map((kept) => {
      const row = make("li");
      const name = kept.field ? kept.field.split(".").at(-1) : kept.target === "citation" ? t("whole_citation", { n: kept.citation + 1 }) : "";
      const label = kept.field && (data.words[language][name] ? t(name) : data.words[language][`signer_${name}`] ? t(`signer_${name}`) : name);
      if (name) row.append(make("span", "hint", `${label || name}: `));
      if (kept.target === "citation" && !kept.field) row.append(kept.action === "reject" ? t("rejected") : t("accept"));
      else {
        const was = make("del", "", kept.old.trim() || "∅"); was.lang = "vi";
        const is = make("b", "", kept.new || t("nothing_there")); is.lang = "vi";
        row.append(...(kept.action === "accept" ? [is, " ✓"] : [was, " → ", is]));
      }
      const button = make("button", "change", t("undo"));
      button.type = "button"; button.addEventListener("click", () => undo(kept));
      const by = make("span", "by", ` ${t("corrected_by", { by: kept.by, at: when(kept.at) })}`);
      row.append(by, " ", button);
      return row;
    }));
  }
  async function rewriteFiles() {
    const button = $("#rewrite");
    button.disabled = true;
    say(t("rewriting"));
    button.textContent = t("rewriting");
    try {
      const told = await post(`${data.endpoint}/rewrite`, {});
      sessionStorage.setItem("vnadmin.told", [t("rewritten"), ...told.notes].join(" "));
      location.reload(); // the document is another one now
    } catch (error) { alarm(error); button.disabled = false; button.textContent = t("rewrite"); }
  }
  // Who corrects is asked once, in the form of the selected word or here.
  function named(then) {
    if (who()) { then(who()); return; }
    const dialog = make("dialog");
    const form = make("form", "correct");
    form.method = "dialog";
    form.append(field("by", "your_name", ""));
    const button = make("button", "primary", t("retype"));
    form.append(button);
    dialog.append(form);
    document.body.append(dialog);
    dialog.addEventListener("close", () => {
      const by = form.elements.by.value.trim();
      dialog.remove();
      if (by) { stored.set("name", by); then(by); }
    });
    dialog.showModal();
  }
  function rewrite(unit, text) {
    const [first, ...rest] = unit.parts;
    const refs = unit.parts.flatMap((part) => $$(".ref", part));
    first.textContent = text;
    first.classList.toggle("cut", !text);
    rest.forEach((part) => { part.textContent = ""; });
    refs.forEach((ref) => first.append(ref));
  }
  function setLevelQuietly() {
    const kept = shown;
    setLevel(level);
    shown = kept;
  }

  // ---- what the reader does ----------------------------------------------------------
  const wordAt = (target) => {
    const part = target instanceof Element && target.closest(".text .w");
    return part ? units[part.dataset.w] : null;
  };
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch" || editing()) return;
    const unit = wordAt(event.target);
    if (unit) peek(unit);
  });
  for (const picture of $$(".picture")) {
    picture.addEventListener("pointermove", (event) => {
      if (event.pointerType === "touch" || editing()) return;
      const unit = at(picture, event);
      if (unit) peek(unit);
      picture.style.cursor = unit ? "pointer" : "";
    });
    picture.addEventListener("pointerleave", unpeek);
    picture.addEventListener("click", (event) => {
      const unit = at(picture, event);
      if (unit) go(unit);
    });
  }
  for (const text of $$(".text")) text.addEventListener("pointerleave", unpeek);
  document.addEventListener("focusin", (event) => {
    const unit = wordAt(event.target);
    if (unit && pinned !== unit && !event.target.classList.contains("ref")) select(unit);
  });
  document.addEventListener("click", (event) => {
    const ref = event.target.closest(".ref, .citations a[href^='#citation-']");
    if (ref) {
      event.preventDefault();
      const number = Number(ref.hash.slice("#citation-".length));
      showCitation(number, { scroll: !ref.classList.contains("ref") });
      cards[number].focus({ preventScroll: getComputedStyle($("#cards")).overflowY === "auto" });
      return;
    }
    const back = event.target.closest(".to-text");
    if (back) {
      event.preventDefault();
      const number = Number(back.hash.slice("#ref-".length));
      showCitation(number, { card: false });
      const target = $(`#ref-${number}`);
      if (target) target.focus({ preventScroll: true });
      return;
    }
    const unit = wordAt(event.target);
    if (unit && getSelection().isCollapsed) focusWord(unit);
  });
  $("#previous").addEventListener("click", () => jump(-1));
  $("#next").addEventListener("click", () => jump(1));
  $("#level").addEventListener("input", (event) => setLevel(event.target.value / 100));
  $("#language").addEventListener("click", () => setLanguage(language === "vi" ? "en" : "vi"));
  const turnTheme = () => setTheme(root.dataset.theme === "dark" ? "light" : "dark");
  $("#theme").addEventListener("click", turnTheme);
  if (data.editable) $("#rewrite").addEventListener("click", rewriteFiles);
  $("#print").addEventListener("click", () => print());
  $("#help").addEventListener("click", () => $("#keys").showModal());
  for (const button of $$(".views button")) button.addEventListener("click", () => setView(button.dataset.view));
  const wholeText = () => $$(".text").map((each) => {
    const copy = each.cloneNode(true);
    $$(".ref", copy).forEach((ref) => ref.remove());
    return copy.textContent;
  }).join("\n\n");
  $("#copy").addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(wholeText()); say(t("copied")); flash($("#copy"), t("copied")); }
    catch { flash($("#copy"), t("not_copied")); say(t("not_copied")); }
  });
  function flash(button, text) {
    button.textContent = text;
    setTimeout(() => { button.textContent = t(button.dataset.t); }, 1800);
  }

  const keysOn = $("#keys-on");
  keysOn.checked = stored.get("keys") !== "off";
  keysOn.addEventListener("change", () => stored.set("keys", keysOn.checked ? "on" : "off"));
  const act = (action) => { const form = $("#inspected form.correct"); if (form && $(`[data-action="${action}"]`, form)) form.sendAs(action); };
  const keys = {
    n: () => jump(1), p: () => jump(-1), c: () => jumpCitation(1), C: () => jumpCitation(-1),
    v: () => views.length && setView(views[(views.indexOf(root.dataset.view) + 1) % views.length]),
    d: turnTheme, l: () => setLanguage(language === "vi" ? "en" : "vi"), "?": () => $("#keys").showModal(),
    a: () => act("accept"), r: () => act("reject"),
    t: () => { const input = $("#inspected input"); if (input) { input.focus(); input.select(); } },
    u: () => { const kept = shown && byWord(shown); if (kept) undo(kept); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || $("dialog[open]")) return;
    if (event.target.matches("input, textarea, select")) {
      if (event.key === "Escape" && pinned) { event.preventDefault(); focusWord(pinned); }
      return;
    }
    const unit = wordAt(event.target);
    if (unit && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      const step = event.key === "ArrowRight" ? 1 : -1;
      let next = unit.number + step;
      while (units[next] && !units[next].parts.length) next += step;
      if (units[next]) { event.preventDefault(); focusWord(units[next]); }
      return;
    }
    if (unit && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      if (data.editable) keys.t(); else select(unit);
      return;
    }
    const key = keysOn.checked && keys[event.key];
    if (key) { event.preventDefault(); key(); }
  });

  // ---- start -------------------------------------------------------------------------
  const dark = matchMedia("(prefers-color-scheme: dark)");
  root.dataset.theme = stored.get("theme") || (dark.matches ? "dark" : "light");
  dark.addEventListener("change", () => { if (!stored.get("theme")) root.dataset.theme = dark.matches ? "dark" : "light"; });
  const kept = stored.get("language");
  if (views.length && innerWidth < 672) setView("text");
  if (kept && kept !== language && data.words[kept] && !data.served) setLanguage(kept);
  else { setLevel(level); drawCorrections(); }
  if (data.editable && data.version) {
    const told = sessionStorage.getItem("vnadmin.told");
    if (told) { sessionStorage.removeItem("vnadmin.told"); tell(told); }
  }
  const target = /^#citation-(\d+)$/.exec(location.hash);
  if (target && cards[target[1]]) showCitation(Number(target[1]));
})();
