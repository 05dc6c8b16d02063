/** The environment variables that hold a session of the developer console. */
export const sessionVariables = {
	cookie: 'FEISHU_CONSOLE_COOKIE', csrfToken: 'FEISHU_CONSOLE_CSRF_TOKEN', authorization: 'FEISHU_CONSOLE_AUTHORIZATION',
} as const;
