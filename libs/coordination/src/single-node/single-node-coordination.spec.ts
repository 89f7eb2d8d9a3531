import { describeCoordinationContract } from '../contract.fixture.js';
import { createSingleNodeCoordination } from './single-node-coordination.js';

describeCoordinationContract('a single node', async (hostPort) => {
  const coordination = createSingleNodeCoordination({ hostPort });
  return { coordination, dispose: () => coordination.close() };
});
