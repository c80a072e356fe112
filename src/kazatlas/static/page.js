/* Made by `npm run build` in frontend/, which is where to change it. */
"use strict";
(() => {
  // src/dom.js
  function element(tag, attributes = {}, children = []) {
    const node = document.createElement(tag);
    Object.entries(attributes).forEach(([key, value]) => {
      if (key === "text") node.textContent = value;
      else node.setAttribute(key, value);
    });
    node.append(...children);
    return node;
  }

  // src/citations.js
  async function copy(code) {
    if (navigator.clipboard) return navigator.clipboard.writeText(String(code.textContent));
    window.getSelection()?.selectAllChildren(code);
    if (!document.execCommand("copy")) throw new Error("the browser does not copy");
  }
  function copyButton(code, style, page2) {
    const button = element("button", { type: "button" });
    function say(text) {
      button.textContent = text;
      button.setAttribute("aria-label", `${text}: ${style}`);
    }
    say(page2.copy);
    button.addEventListener("click", () => {
      copy(code).then(() => {
        say(page2.copied);
      }, () => {
        say(page2.not_copied);
      });
    });
    return button;
  }
  function fillFold(fold, told, page2) {
    fold.querySelector("p")?.remove();
    const { source = "", locator = "" } = fold.dataset, list = element("dl");
    (told[source]?.[locator] || []).forEach((text, index) => {
      const style = page2.styles[index], code = element("code", { text });
      list.append(element("dt", { text: style }), element("dd", {}, [code, copyButton(code, style, page2)]));
    });
    fold.appendChild(list);
  }
  async function fetchCopies(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return answer.json();
  }
  async function opened(event) {
    const fold = (
      event.target
    ), page2 = window.kazatlasPage;
    if (!page2 || !fold.open || !fold.matches("details.kz-cite") || fold.querySelector("dl")) return;
    try {
      window.kazatlasCopies ||= fetchCopies(page2.copies);
      const told = await window.kazatlasCopies;
      if (!fold.querySelector("dl")) fillFold(fold, told, page2);
    } catch {
      window.kazatlasCopies = null;
      const note = fold.querySelector("p") || fold.appendChild(element("p"));
      note.textContent = page2.failed;
    }
  }
  function listenToFolds() {
    document.addEventListener("toggle", opened, true);
  }

  // src/translate.js
  var ATTRIBUTES = ["aria-label", "placeholder"];
  var FRAME = "iframe[title*='st_folium']";
  function translator(rows, lang) {
    const known = new Map(rows.flatMap((row) => Object.values(row).map((text) => (
      [text, row]
    ))));
    return (text) => known.get(text.trim())?.[lang] ?? text;
  }
  function translatePage(page2) {
    const say = translator(page2.words, page2.lang), root = document.documentElement;
    function sayText(node) {
      const text = say(node.data);
      if (text !== node.data) node.data = text;
    }
    function sayLabels(node) {
      ATTRIBUTES.forEach((name) => {
        const text = node.getAttribute(name);
        if (text && say(text) !== text) node.setAttribute(name, say(text));
      });
      if (node.matches(FRAME) && node.getAttribute("aria-label") !== page2.frame) node.setAttribute("aria-label", page2.frame);
    }
    function translate(node) {
      if (node instanceof Text) sayText(node);
      if (!(node instanceof Element)) return;
      textsIn(node).forEach(sayText);
      sayLabels(node);
      node.querySelectorAll(`[aria-label], [placeholder], ${FRAME}`).forEach(sayLabels);
    }
    function changed(changes) {
      if (root.lang !== page2.lang) root.lang = page2.lang;
      changes.forEach(({ type, target, addedNodes }) => {
        if (type === "childList") addedNodes.forEach(translate);
        else if (type === "attributes") sayLabels(
          target
        );
        else sayText(
          target
        );
      });
    }
    root.lang = page2.lang;
    window.kazatlasObserver?.disconnect();
    window.kazatlasObserver = new MutationObserver(changed);
    window.kazatlasObserver.observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
      attributeFilter: ATTRIBUTES
    });
    translate(document.body);
  }
  function textsIn(root) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => {
      if (node instanceof Text) return NodeFilter.FILTER_ACCEPT;
      return (
        node.classList.contains("kz-panel") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP
      );
    });
    const found = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) found.push(
      node
    );
    return found;
  }

  // src/page.js
  var page = window.KAZATLAS_PAGE;
  if (!window.kazatlasPage) {
    page.ahead.forEach((href) => {
      document.head.appendChild(element("link", { rel: "prefetch", href }));
    });
    listenToFolds();
  }
  window.kazatlasPage = page;
  translatePage(page);
})();
