/** In the page: frames a second over five seconds, and the longest pause between two in milliseconds. */
export const countFrames = () =>
  new Promise((done) => {
    const gaps = [];
    let last = performance.now();
    const start = last;
    const tick = (now) => {
      gaps.push(now - last);
      last = now;
      if (now - start < 5000) requestAnimationFrame(tick);
      else done({ perSecond: (1000 * gaps.length) / (now - start), longest: Math.max(...gaps) });
    };
    requestAnimationFrame(tick);
  });
