import { MatchScene } from './match-scene.js';
const budget = Number(process.argv[3] ?? 8);
const con = process.argv[2];
for (let round = 0; round < 4; round++) {
  const scene = new MatchScene({ apps: 1000, instancesPerApp: 100, agents: 10000 }, budget);
  scene.prepare((i) =>
    con === undefined || con === 'no'
      ? []
      : i % 3 === 0
        ? [['hostname', 'UNIQUE']]
        : i % 3 === 1
          ? [['zone', 'GROUP_BY', '5']]
          : [['rack', 'MAX_PER', '1']],
  );
  const offers = scene.offers();
  let events = 0,
    ms = 0,
    n = 0;
  const slices: number[] = [];
  const cpu = process.cpuUsage();
  for (let t = scene.receive(offers); ; t = scene.goOn()) {
    events += t.events;
    ms += t.milliseconds;
    n++;
    slices.push(t.milliseconds);
    if (scene.runtime.offers.length === 0) break;
  }
  const used = process.cpuUsage(cpu);
  slices.sort((a, b) => b - a);
  console.log(
    con,
    events,
    Math.round(ms),
    Math.round((events / ms) * 1000),
    'cpu',
    Math.round((events / (used.user + used.system)) * 1e6),
    'turns',
    n,
    slices
      .slice(0, 5)
      .map((x) => x.toFixed(1))
      .join(' '),
  );
}
