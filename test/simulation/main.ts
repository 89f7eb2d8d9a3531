import { Simulation } from './simulation.js';
const seed = Number(process.argv[2] ?? 1);
const count = Number(process.argv[3] ?? 1);
for (let s = seed; s < seed + count; s++) {
  const startedMs = process.cpuUsage();
  const simulation = new Simulation(
    s,
    {},
    process.argv[4] === '--trace' ? (line) => process.stdout.write(`${line}\n`) : undefined,
  );
  const violation = await simulation.run();
  const cpu = process.cpuUsage(startedMs);
  process.stdout.write(
    `${s} ${simulation.trace.digest} ${Math.round(simulation.durationMs / 1000)}s events ${simulation.trace.events} head ${simulation.checker.durable} cpu ${Math.round((cpu.user + cpu.system) / 1000)}ms ${violation?.stack ?? 'ok'}\n`,
  );
}
process.exit(0);
