import {html, raw} from 'hono/html';
import {sandboxUser} from './user.ts';

type Html = ReturnType<typeof html>;

/** What a page asks a user's consent for. */
export interface ConsentContent {
	readonly appId: string;
	/** Each with what it is good for, in words. */
	readonly scopes: ReadonlyArray<{readonly scope: string; readonly purpose: string}>;
	/** Sent back with the answer. */
	readonly hidden: Readonly<Record<string, string>>;
}

const style = `
	:root {color-scheme: light dark; --page: light-dark(#f2f4f7, #14171c); --card: light-dark(#fff, #1f242c); --ink: light-dark(#1d2330, #e8ebf0);
		--soft: light-dark(#667085, #98a2b3); --line: light-dark(#e4e7ec, #343b47); --blue: light-dark(#1f5eff, #6c95ff); --on-blue: light-dark(#fff, #10131a)}
	* {box-sizing: border-box}
	body {margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px; background: var(--page); color: var(--ink);
		font: 16px/1.5 system-ui, "Segoe UI", Roboto, "PingFang SC", "Noto Sans SC", sans-serif}
	main {width: 100%; max-width: 460px; padding: 32px; background: var(--card); border: 1px solid var(--line); border-radius: 16px; box-shadow: 0 8px 32px #10182814}
	h1 {margin: 0 0 4px; font-size: 22px; line-height: 1.3}
	p {margin: 0 0 16px}
	.soft {color: var(--soft); font-size: 14px}
	.who {display: flex; gap: 12px; align-items: center; margin: 20px 0; padding: 12px 16px; border: 1px solid var(--line); border-radius: 12px}
	.face {flex: none; width: 40px; height: 40px; display: grid; place-items: center; border-radius: 50%; background: var(--blue); color: var(--on-blue); font-weight: 600}
	.who p {margin: 0}
	ul {margin: 8px 0 24px; padding: 0; list-style: none}
	li {padding: 10px 0; border-top: 1px solid var(--line)}
	li:first-child {border-top: 0}
	code {font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace; color: var(--soft); overflow-wrap: anywhere}
	.answers {display: flex; gap: 12px}
	button {flex: 1; padding: 11px 16px; border: 1px solid var(--line); border-radius: 10px; background: none; color: inherit; font: inherit; font-weight: 600; cursor: pointer}
	button.allow {border-color: var(--blue); background: var(--blue); color: var(--on-blue)}
	button:focus-visible, input:focus-visible {outline: 3px solid var(--blue); outline-offset: 2px}
	label {display: block; margin-bottom: 6px; font-weight: 600}
	input {width: 100%; margin-bottom: 16px; padding: 11px 14px; border: 1px solid var(--line); border-radius: 10px; background: none; color: inherit;
		font: 22px/1.4 ui-monospace, Menlo, Consolas, monospace; letter-spacing: .12em; text-align: center; text-transform: uppercase}
	.wrong {color: light-dark(#b42318, #ff9c91)}
	footer {margin-top: 24px; padding-top: 16px; border-top: 1px solid var(--line); color: var(--soft); font-size: 13px}
`;

/** Asks the user whether the app may act for them; the answer is posted to `action` as `decision`. */
export async function consentPage(action: string, {appId, scopes, hidden}: ConsentContent): Promise<Response> {
	return page(
		200, 'Allow access?',
		html` <h1>Allow access?</h1>
			<p class="soft">The app <strong>${appId}</strong> wants to act for you.</p>
			<div class="who">
				<span class="face" aria-hidden="true">S</span>
				<div>
					<p>${sandboxUser.name}</p>
					<p class="soft">signed in to the sandbox tenant</p>
				</div>
			</div>
			<p><strong>It will be able to</strong></p>
			<ul>
				${scopes.map(({scope, purpose}) => html`<li>${purpose}<br /><code>${scope}</code></li>`)}
			</ul>
			<form method="post" action="${action}">
				${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
				<div class="answers">
					<button name="decision" value="deny">Deny</button><button class="allow" name="decision" value="allow">Allow</button>
				</div>
			</form>`,
	);
}

/** Asks for the code that a device shows; `wrong` says that the one just given is not good. */
export async function userCodePage(action: string, {wrong}: {wrong: boolean}): Promise<Response> {
	return page(wrong ? 400 : 200, 'Connect a device', html`
		<h1>Connect a device</h1>
		<p class="soft">Enter the code that it shows.</p>
		${wrong ? html`<p class="wrong" role="alert">This code is not known, or its time is over.</p>` : ''}
		<form method="get" action="${action}">
			<label for="user_code">Code</label>
			<input id="user_code" name="user_code" autocomplete="off" autofocus required maxlength="16" placeholder="XXXX-XXXX">
			<div class="answers"><button class="allow">Continue</button></div>
		</form>`);
}

/** Tells the user something, and that is all. */
export async function messagePage(status: number, title: string, message: string): Promise<Response> {
	return page(status, title, html`<h1>${title}</h1><p class="soft">${message}</p>`);
}

async function page(status: number, title: string, content: Html): Promise<Response> {
	const text = await html`<!doctype html>
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<title>${title}</title>
				<style>
					${raw(style)}
				</style>
			</head>
			<body>
				<main>
					${content}
					<footer>This is the sandbox of audit-export on your own machine. It stands in for Feishu and Lark; nothing here reaches them.</footer>
				</main>
			</body>
		</html> `;
	return new Response(String(text), {
		status,
		headers: {
			'content-type': 'text/html; charset=utf-8',
			'cache-control': 'no-store',
			'referrer-policy': 'no-referrer',
			'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
		},
	});
}
