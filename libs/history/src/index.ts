export type { CommandPage, CommandSummary, History, HistoryPage, HistoryQuery } from './port.js';
