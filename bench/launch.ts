import type { BenchmarkResult } from './result.js';
export async function run(_options: string[]): Promise<BenchmarkResult> { throw new Error('x'); }
