import {exitCodes, type ExitCode} from '../errors.ts';

/** From the least to the most in need of somebody: what the next run may put right by itself comes first. */
const order: readonly ExitCode[] = [
	exitCodes.complete, exitCodes.incomplete, exitCodes.locked, exitCodes.network, exitCodes.api,
	exitCodes.credentials, exitCodes.usage, exitCodes.bug, exitCodes.sigint, exitCodes.sigterm,
];

/** The exit code of several jobs together: that of the worst. An interruption goes before everything. */
export function worstExitCode(codes: readonly ExitCode[]): ExitCode {
	return codes.reduce<ExitCode>((worst, code) => order.indexOf(code) > order.indexOf(worst) ? code : worst, exitCodes.complete);
}
