import {createServer, listen, type ServedSandbox} from '../../../src/sandbox/serve.ts';
import {createDoors, type Doors} from './doors.ts';
import {createFaultyListener, type FaultySandbox} from './faulty.ts';
import type {FaultPlan} from './plan.ts';

/**
 * As `serveSandbox`, with what the plan lets go wrong on the way; the sandbox must have been made with the plan's clock.
 * @param port 0 takes any free port.
 */
export async function serveFaulty(sandbox: FaultySandbox, faults: FaultPlan, port = 0): Promise<ServedSandbox> {
	const server = createServer(createFaultyListener(sandbox, faults, {refuseFor: ms => doors.refuseFor(ms, faults.sleep)}));
	const listening = await listen(server, port);
	const doors: Doors = createDoors(server, async () => {
		await listen(server, listening);
	});
	return {url: `http://127.0.0.1:${listening}`, port: listening, close: async () => doors.close()};
}
