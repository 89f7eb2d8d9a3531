/** `npm run bench -- NAME`: runs one benchmark; its last line is one line of JSON (see bench/README.md). */
const BENCHMARKS = {
  cluster: () => import('./cluster.js'),
  'create-apps': () => import('./create-apps.js'),
  health: () => import('./health.js'),
  history: () => import('./history-queries.js'),
  launch: () => import('./launch.js'),
  match: () => import('./match.js'),
  past: () => import('./past.js'),
  plan: () => import('./plan.js'),
  'plan-accuracy': () => import('./plan-accuracy.js'),
  replay: () => import('./replay.js'),
  'sim-cluster': () => import('./sim-cluster.js'),
  steps: () => import('./steps.js'),
  stream: () => import('./stream.js'),
} as const;

const [name = '', ...options] = process.argv.slice(2);
if (!Object.hasOwn(BENCHMARKS, name)) {
  console.error(`usage: npm run bench -- NAME\nknown: ${Object.keys(BENCHMARKS).join(', ')}`);
  process.exit(2);
}
const benchmark = await BENCHMARKS[name as keyof typeof BENCHMARKS]();
const result = await benchmark.run(options);
console.log(JSON.stringify({ name, ...result }));
