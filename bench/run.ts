/** `npm run bench -- NAME`: runs one benchmark; its last line is one line of JSON (see bench/README.md). */
const BENCHMARKS = {
  'agents-lost': () => import('./scale/agents-lost.js'),
  c100k: () => import('./scale/c100k.js'),
  c1m: () => import('./scale/c1m.js'),
  cluster: () => import('./cluster.js'),
  'continuous-apps': () => import('./scale/continuous-apps.js'),
  'create-apps': () => import('./create-apps.js'),
  'groups-840': () => import('./scale/groups-840.js'),
  health: () => import('./health.js'),
  history: () => import('./history-queries.js'),
  launch: () => import('./launch.js'),
  match: () => import('./match.js'),
  'mesoscon-50k': () => import('./scale/mesoscon-50k.js'),
  parallel: () => import('./scale/parallel.js'),
  past: () => import('./past.js'),
  plan: () => import('./plan.js'),
  'plan-accuracy': () => import('./plan-accuracy.js'),
  replay: () => import('./replay.js'),
  'restart-100k': () => import('./scale/restart-100k.js'),
  'rolling-20k': () => import('./scale/rolling-20k.js'),
  'scale-steps': () => import('./scale/scale-steps.js'),
  'sim-cluster': () => import('./sim-cluster.js'),
  soak: () => import('./scale/soak.js'),
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
