// Loaded into a measured process (`node --require`): writes its largest resident memory where it is told to.
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  writeFileSync(process.env.MLX_BENCH_PEAK, String(process.resourceUsage().maxRSS));
});
