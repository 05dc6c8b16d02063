import type {VerifyProgress} from '../archive/verify/verify-archive.ts';
import type {Context} from '../context.ts';

const redrawEveryMs = 200;
const clearLine = '\r\u001B[K';

/** Shows on the terminal's stderr how far a verification has come. @param findings how many there are so far */
export function startVerifyProgress({stderr, monotonic}: Pick<Context, 'stderr' | 'monotonic'>, findings: () => number): {show: (done: VerifyProgress) => void; stop: () => void} {
	const number = new Intl.NumberFormat('en');
	let drawnAt = -Infinity;
	return {
		show({segments, of, records}) {
			if (monotonic() - drawnAt < redrawEveryMs) return;
			drawnAt = monotonic();
			stderr.write(`${clearLine}${number.format(segments)} of ${number.format(of)} segments · ${number.format(records)} records · ${number.format(findings())} findings`);
		},
		stop() {
			if (drawnAt > -Infinity) stderr.write(clearLine);
		},
	};
}
