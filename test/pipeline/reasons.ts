import {classOf} from './faults.ts';
import type {ModelServer} from './model-server.ts';
import {isCrowded, type Scenario} from './scenarios.ts';

/** Readings of a window before what is strange about it stands. */
const readings = 3;

/**
 * Why an export may end with this exit code, going by what the server did to it; undefined where nothing explains it.
 * @param arrivedMeanwhile rows came while it ran
 */
export function reasonFor(code: number, server: ModelServer, scenario: Scenario, {arrivedMeanwhile = false}: {arrivedMeanwhile?: boolean} = {}): string | undefined {
	const {dialect: {paging}, behaviour, retries} = scenario;
	const {fired, deadTokens} = server;
	const kinds = (...names: string[]) => fired.filter(({fault}) => names.includes(fault.kind));
	const mostOfOne = (one: (index: number) => boolean) => {
		const counts = new Map<string, number>();
		for (const [index, {key}] of fired.entries()) if (one(index)) counts.set(key, (counts.get(key) ?? 0) + 1);
		return Math.max(0, ...counts.values());
	};
	const passing = mostOfOne(index => classOf(fired[index]?.fault ?? {kind: 'reset'}) === 'passing');
	switch (code) {
		case 1: {
			if (deadTokens > 0) return 'a page token died';
			if (kinds('refused', 'redirect', 'unknown').length > 0) return 'refused for good';
			if (paging !== 'offset' && kinds('again', 'same-token').length > 0) return 'the paging did not advance';
			if (paging === 'offset' && behaviour.beyondCap === 'refused' && kinds('again', 'drop', 'twice', 'total').length > 0) return 'a wrong answer led beyond what may be asked for';
			// A total that stands at the cap does not tell that rows arrived, which make small pages look like one another.
			if (paging === 'offset' && arrivedMeanwhile && behaviour.beyondCap === 'refused' && behaviour.totals === 'saturating' && isCrowded(scenario)) return 'arrivals hid what the offset counts';
			return passing > retries ? 'failed more often than it is retried' : undefined;
		}
		case 3: {
			if (kinds('forbidden').length > 0) return 'not permitted';
			const refused = mostOfOne(index => fired[index]?.fault.kind === 'revoked');
			return refused > (paging === 'offset' ? 0 : 1) ? 'the token was refused again' : undefined;
		}
		case 4: return passing > retries ? 'failed more often than it is retried' : undefined;
		case 6: {
			if (isCrowded(scenario)) return 'an instant may hold more than a query reaches';
			if (arrivedMeanwhile && paging !== 'token') return 'rows kept arriving';
			return kinds('again', 'drop', 'twice', 'total').length >= readings ? 'the pages did not fit together' : undefined;
		}
		default: return undefined;
	}
}
