/* The page's language, said to screen readers, Streamlit's own few words in it, and citations to be copied.
 * `KAZATLAS_PAGE` is put in by app.py. */
(function (page) {
  "use strict";
  document.documentElement.lang = page.lang;
  // The map's frame will ask for these when it stands; they are on their way by then.
  if (!window.kazatlasPage) page.ahead.forEach(function (address) {
    var link = document.createElement("link");
    link.rel = "prefetch";
    link.href = address;
    document.head.appendChild(link);
  });
  // Each row has Streamlit's word and then ours in each language: any of them may stand on the page now.
  var known = new Map();
  page.words.forEach(function (row) { Object.values(row).forEach(function (text) { known.set(text, row); }); });

  function say(text) {
    var row = known.get(text.trim());
    return row ? row[page.lang] : text;
  }
  function sayText(node) {
    if (say(node.data) !== node.data) node.data = say(node.data);
  }
  function sayLabels(node) {
    ["aria-label", "placeholder"].forEach(function (name) {
      var text = node.getAttribute(name);
      if (text && say(text) !== text) node.setAttribute(name, say(text));
    });
    if (node.matches("iframe[title*='st_folium']") && node.getAttribute("aria-label") !== page.frame) {
      node.setAttribute("aria-label", page.frame);
    }
  }
  function translate(root) {
    if (root.nodeType === Node.TEXT_NODE) return sayText(root);
    if (root.nodeType !== Node.ELEMENT_NODE) return;
    var walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, function (node) {
      if (node.nodeType === Node.TEXT_NODE) return NodeFilter.FILTER_ACCEPT;
      // What the atlas itself has written is in the page's language already.
      return node.classList.contains("kz-panel") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
    });
    for (var node = walker.nextNode(); node; node = walker.nextNode()) sayText(node);
    sayLabels(root);
    root.querySelectorAll("[aria-label], [placeholder], iframe[title*='st_folium']").forEach(sayLabels);
  }
  function changed(records) {
    if (document.documentElement.lang !== page.lang) document.documentElement.lang = page.lang;
    records.forEach(function (record) {
      if (record.type === "childList") record.addedNodes.forEach(translate);
      else if (record.type === "attributes") sayLabels(record.target);
      else sayText(record.target);
    });
  }
  if (window.kazatlasObserver) window.kazatlasObserver.disconnect();
  window.kazatlasObserver = new MutationObserver(changed);
  window.kazatlasObserver.observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["aria-label", "placeholder"]
  });
  translate(document.body);

  function copier(code, style) {
    var button = document.createElement("button"), page = window.kazatlasPage;
    button.type = "button";
    button.textContent = page.copy;
    button.setAttribute("aria-label", page.copy + ": " + style);
    button.addEventListener("click", function () {
      // The clipboard is for secure pages; elsewhere the text is selected and copied as a reader would.
      var done = navigator.clipboard ? navigator.clipboard.writeText(code.textContent) : new Promise(function (resolve, reject) {
        window.getSelection().selectAllChildren(code);
        (document.execCommand("copy") ? resolve : reject)();
      });
      function say(text) { button.textContent = text; button.setAttribute("aria-label", text + ": " + style); }
      done.then(function () { say(page.copied); }, function () { say(page.not_copied); });
    });
    return button;
  }
  // A citation in its styles comes when a reader opens it; most are never opened.
  function fill(fold, told) {
    if (fold.querySelector("p")) fold.querySelector("p").remove();
    var list = document.createElement("dl");
    var texts = (told[fold.dataset.source] || {})[fold.dataset.locator] || [];
    texts.forEach(function (text, index) {
      var name = document.createElement("dt"), body = document.createElement("dd"), code = document.createElement("code");
      name.textContent = page.styles[index];
      code.textContent = text;
      body.append(code, copier(code, page.styles[index]));
      list.append(name, body);
    });
    fold.appendChild(list);
  }
  function opened(event) {
    var fold = event.target;
    if (!fold.open || !fold.matches("details.kz-cite") || fold.querySelector("dl")) return;
    var page = window.kazatlasPage;
    window.kazatlasCopies = window.kazatlasCopies || fetch(page.copies).then(function (answer) {
      if (!answer.ok) throw new Error(page.copies + ": " + answer.status);
      return answer.json();
    });
    window.kazatlasCopies.then(function (told) {
      if (!fold.querySelector("dl")) fill(fold, told);
    }).catch(function () {
      // Asked for again at the next opening.
      window.kazatlasCopies = null;
      var told = fold.querySelector("p") || fold.appendChild(document.createElement("p"));
      told.textContent = page.failed;
    });
  }
  if (!window.kazatlasPage) document.addEventListener("toggle", opened, true);
  window.kazatlasPage = page;
})(KAZATLAS_PAGE);
