import { expect, it } from 'vitest';
import { GpuDevices } from './gpu-devices.js';

it('gives every container devices of its own, and takes them back', () => {
  const gpus = new GpuDevices(
    () => 4,
    () => 0,
  );
  expect(gpus.acquire('a', 2)).toEqual([0, 1]);
  expect(gpus.acquire('b', 1)).toEqual([2]);
  expect(gpus.acquire('c', 2)).toBeUndefined();
  expect(gpus.of('c')).toEqual([]);
  gpus.release('a');
  expect(gpus.acquire('c', 2)).toEqual([0, 1]);
  expect(gpus.of('b')).toEqual([2]);
});

it('leaves alone what belongs to other agents, and what was given away before a restart', () => {
  const gpus = new GpuDevices(
    () => 2.5,
    () => 4,
  );
  gpus.restore('old', [4]);
  expect(gpus.acquire('new', 1)).toEqual([5]);
  expect(gpus.acquire('more', 1)).toBeUndefined();
});
