export type { CommandPage, CommandSummary, History, HistoryPage, HistoryQuery } from './port.js';
export * from './diff/index.js';
