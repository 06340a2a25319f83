CREATE TABLE `ui_customizations` (
	`pool_id` text NOT NULL,
	`client_id` text NOT NULL,
	`css` text,
	`image` text,
	`image_type` text,
	`version` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`pool_id`, `client_id`)
);
--> statement-breakpoint
CREATE TABLE `browser_sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`pool_id` text NOT NULL,
	`sub` text NOT NULL,
	`secret_hash` text NOT NULL,
	`auth_time` integer NOT NULL,
	`amr` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `browser_sessions_by_user` ON `browser_sessions` (`pool_id`,`sub`);--> statement-breakpoint
CREATE INDEX `browser_sessions_by_expiry` ON `browser_sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `replayed_codes` (
	`session_id` text PRIMARY KEY NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `replayed_codes_by_expiry` ON `replayed_codes` (`expires_at`);--> statement-breakpoint
ALTER TABLE `sessions` ADD `browser_session` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `terms` text;