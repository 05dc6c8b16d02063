const signInWords = /\blog(?:ged)? ?in\b|\bsign(?:ed)? ?in\b|session|expired|unauthori[sz]ed|unauthenticated|not authenticated|csrf|登录|登陆|过期|未授权|失效/i;

/** Whether a text speaks of signing in, of a session or of its end; `NOT_SIGNED_IN` does, too. */
export function isSignInText(text: string): boolean {
	return signInWords.test(text.replaceAll('_', ' '));
}

/** Objects deeper than this are data, not what an answer says of itself. */
const deepest = 3;

/** Whether an answer speaks of signing in, of a session or of its end, in a text near its top. */
export function speaksOfSigningIn(body: unknown, depth = 0): boolean {
	if (typeof body === 'string') return isSignInText(body);
	if (typeof body !== 'object' || body === null || Array.isArray(body) || depth === deepest) return false;
	return Object.values(body).some(member => speaksOfSigningIn(member, depth + 1));
}
