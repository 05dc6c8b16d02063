import type {AuditRecord} from '../record.ts';
import {RecentRows} from './recent-rows.ts';

/** Such rows are rare, and those of neighbouring windows come close together. */
const rememberedRows = 50_000;

/**
 * Rows whose time cannot be read. Which window they belong to cannot be told, so each that is served one takes it; and
 * windows ask a little beyond their ends, where a row is served to two.
 */
export class TimelessRows {
	readonly #seen = new RecentRows(rememberedRows);

	/** The records without those that were among earlier ones, with the same identity, the same content and no time. */
	fresh(records: readonly AuditRecord[]): readonly AuditRecord[] {
		const isFresh = ({id, time, text}: AuditRecord) => time !== undefined || id === undefined || this.#seen.add(id, text) !== 'same';
		return records.every(({time}) => time !== undefined) ? records : records.filter(isFresh);
	}
}
