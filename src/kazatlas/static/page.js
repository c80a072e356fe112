/* The page's language, said to screen readers, and Streamlit's own few words in it. `KAZATLAS_PAGE` is put in by app.py. */
(function (page) {
  "use strict";
  document.documentElement.lang = page.lang;
  // Each row has Streamlit's word and then ours in each language: any of them may stand on the page now.
  var known = new Map();
  page.words.forEach(function (row) { Object.values(row).forEach(function (text) { known.set(text, row); }); });

  function say(text) {
    var row = known.get(text.trim());
    return row ? row[page.lang] : text;
  }
  function translate(root) {
    if (document.documentElement.lang !== page.lang) document.documentElement.lang = page.lang;
    var walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (var node = walker.nextNode(); node; node = walker.nextNode()) {
      if (say(node.data) !== node.data) node.data = say(node.data);
    }
    root.querySelectorAll("[aria-label], [placeholder]").forEach(function (element) {
      ["aria-label", "placeholder"].forEach(function (name) {
        var text = element.getAttribute(name);
        if (text && say(text) !== text) element.setAttribute(name, say(text));
      });
    });
    root.querySelectorAll("iframe[title*='st_folium']").forEach(function (frame) {
      if (frame.getAttribute("aria-label") !== page.frame) frame.setAttribute("aria-label", page.frame);
    });
  }
  if (window.kazatlasObserver) window.kazatlasObserver.disconnect();
  window.kazatlasObserver = new MutationObserver(function () { translate(document.body); });
  var watched = { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-label", "placeholder"] };
  window.kazatlasObserver.observe(document.body, watched);
  translate(document.body);
})(KAZATLAS_PAGE);
