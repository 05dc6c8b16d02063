/**
 * Knows the secrets of a run and takes them out of every text meant for people: logs, errors, summaries.
 * Secrets are registered the moment they are read, before anything can go wrong with them.
 */
export class Masker {
	readonly #secrets = new Set<string>();

	/** Registers a secret, also in its URL-encoded and JSON-escaped spellings. Very short values are left alone. */
	add(secret: string): void {
		if (secret.length < 4) return;
		for (const spelling of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
			this.#secrets.add(spelling);
		}
	}

	/** The text with every registered secret, and whatever follows `Bearer`, replaced by `***`. */
	mask(text: string): string {
		let masked = text;
		// The longest first: a secret may be the beginning of another.
		for (const secret of [...this.#secrets].toSorted((a, b) => b.length - a.length)) masked = masked.replaceAll(secret, '***');
		return masked.replaceAll(/\bBearer +[^\s"']+/g, 'Bearer ***');
	}

	/** Whether a registered secret stands in the text. */
	occursIn(text: string): boolean {
		for (const secret of this.#secrets) if (text.includes(secret)) return true;
		return false;
	}
}
