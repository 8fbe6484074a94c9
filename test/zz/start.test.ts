import { startProduct } from '../support/product.js';
it('measures', async () => {
  for (let i = 0; i < 6; i++) {
    const c = process.cpuUsage(); const t = performance.now();
    const p = await startProduct();
    const u = process.cpuUsage(c); const m = performance.now();
    await p.organization();
    const u2 = process.cpuUsage(c); const m2 = performance.now();
    await p.close();
    console.log(`start wall ${Math.round(m - t)} cpu ${Math.round((u.user + u.system)/1000)}  org wall ${Math.round(m2 - m)} cpu ${Math.round((u2.user+u2.system-u.user-u.system)/1000)} close ${Math.round(performance.now()-m2)} cpu ${Math.round((process.cpuUsage(c).user-u2.user)/1000)}`);
  }
}, 100000);
