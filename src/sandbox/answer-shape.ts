import type {JsonPath} from '../base/json-path.ts';
import type {Pagination} from '../sources/pagination.ts';

/** Where an answer of one API holds what faults change. */
export interface AnswerShape {
	/** The array of rows. */
	readonly rows: JsonPath;
	/** A row's identity. */
	readonly id: JsonPath;
	/** A row's time. */
	readonly time: JsonPath;
	/** How pages are asked for and what an answer says about them: parameters, token, has-more, total. Names of parameters are dotted where they stand deeper in a JSON body. */
	readonly pagination: Pagination;
	/** The parameters that carry the start and the end of the time range, dotted likewise. */
	readonly range: {readonly start: string; readonly end: string};
	/** What says whether an answer is a good one, and what went wrong. */
	readonly envelope: {readonly code: JsonPath; readonly message: JsonPath};
}
