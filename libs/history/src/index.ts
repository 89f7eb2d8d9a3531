export type { CommandPage, CommandSummary, History, HistoryPage, HistoryQuery } from './port.js';
export { explainApp, type AppFacts } from './why/app-why.js';
export type { Explanation, FunnelStage, Sentence, SentenceKind, Standing } from './why/explanation.js';
export { explainInstance, type InstanceFacts } from './why/instance-why.js';
export * from './diff/index.js';
