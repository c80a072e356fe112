/* Put into every page and frame before its own scripts: says when a press or a click has changed the screen.
 *
 * Times are milliseconds since 1970 in fractions, so that frames of one page can be compared. A change counts as
 * painted when the frame in which the document changed has been styled, laid out and painted, that is in the first
 * task after that frame's rendering; the browser's own Event Timing is kept beside it.
 */
(function () {
  "use strict";
  if (document.kzProbed) return;
  document.kzProbed = true;

  var MAP = "path.kz-unit[data-version], .leaflet-overlay-pane path.leaflet-interactive";
  var FIRST = MAP + ", #kz-ready";
  var page = window;
  try { if (window.top.document) page = window.top; } catch (foreign) { page = window; }

  function now() { return performance.timeOrigin + performance.now(); }

  var channel = new MessageChannel(), waiting = [];
  channel.port1.onmessage = function () { waiting.shift()(); };
  function afterThis(action) { waiting.push(action); channel.port2.postMessage(0); }

  var inFrame = false, running = 0;
  function everyFrame() {
    inFrame = true;
    afterThis(function () { inFrame = false; if (armed) armed.look(); });
    if (running) requestAnimationFrame(everyFrame);
  }
  function painted(action) {
    if (inFrame) afterThis(action);
    else requestAnimationFrame(function () { afterThis(action); });
  }

  ["keydown", "click"].forEach(function (type) {
    addEventListener(type, function (event) {
      page.kzPress = { at: performance.timeOrigin + event.timeStamp, heard: now() };
    }, true);
  });

  var armed = null, latest = null;
  var probe = window.kzProbe = {
    events: [],

    /* Wait for a change inside `target` after the next press; `card` waits for other text in what matches it. */
    arm: function (target, card, blank) {
      page.kzPress = null;
      function written() {
        return Array.prototype.map.call(document.querySelectorAll(card), function (part) { return part.textContent; }).join();
      }
      var before = card && written();
      var mine = armed = latest = { blanks: 0, frames: 0 };
      mine.look = function () {
        if (!page.kzPress) return;
        mine.frames += 1;
        if (blank && !document.querySelector(blank)) mine.blanks += 1;
      };
      mine.result = new Promise(function (resolve) {
        var observer = new MutationObserver(function () {
          var press = page.kzPress;
          if (!press) return;
          if (card && written() === before) return;
          observer.disconnect();
          var changed = now();
          painted(function () {
            var done = now();
            // A frame more is looked at, so that a map that is emptied afterwards is seen.
            requestAnimationFrame(function () {
              requestAnimationFrame(function () {
                running -= 1;
                if (armed === mine) armed = null;
                resolve({
                  heard: press.heard - press.at, changed: changed - press.at, painted: done - press.at,
                  blanks: mine.blanks, frames: mine.frames
                });
              });
            });
          });
        });
        observer.observe(document.querySelector(target), {
          subtree: true, attributes: true, childList: true, characterData: true
        });
      });
      running += 1;
      if (running === 1) requestAnimationFrame(everyFrame);
      return new Promise(function (ready) {
        requestAnimationFrame(function () { requestAnimationFrame(function () { ready(true); }); });
      });
    },

    result: function (timeout) {
      return Promise.race([
        latest.result,
        new Promise(function (resolve) { setTimeout(function () { resolve(null); }, timeout); })
      ]);
    },

    /* A point of the window in which a shape, and nothing over it, is hit; null when there is none. */
    pointOf: function (path) {
      var box = path.getBoundingClientRect(), parts = 9;
      for (var i = 1; i < parts; i++) {
        for (var j = 1; j < parts; j++) {
          var a = Math.floor(parts / 2 + (i % 2 ? -1 : 1) * Math.floor(i / 2)), b = j;
          var x = box.left + box.width * a / parts, y = box.top + box.height * b / parts;
          if (document.elementFromPoint(x, y) === path) return [x, y];
        }
      }
      return null;
    }
  };

  try {
    new PerformanceObserver(function (list) {
      list.getEntries().forEach(function (entry) {
        if (entry.name === "keydown") probe.events.push(entry.duration);
      });
    }).observe({ type: "event", durationThreshold: 16 });
  } catch (unknown) { /* The browser has no Event Timing. */ }

  // A frame's window may come from its empty first document, whose clockwork stops: the page looks into its frames.
  function anywhere(view) {
    try {
      if (view.document.querySelector(FIRST)) return true;
    } catch (foreign) { return false; }
    for (var i = 0; i < view.frames.length; i++) if (anywhere(view.frames[i])) return true;
    return false;
  }
  if (page !== window) return;
  (function first() {
    if (!anywhere(window)) return requestAnimationFrame(first);
    afterThis(function () { window.kzFirst = now() - performance.timeOrigin; });
  })();
})();
