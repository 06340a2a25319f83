CREATE TABLE `devices` (
	`pool_id` text NOT NULL,
	`key` text NOT NULL,
	`sub` text NOT NULL,
	`group_key` text NOT NULL,
	`name` text,
	`verifier` text,
	`secret_hash` text,
	`remembered` integer NOT NULL,
	`last_ip` text,
	`sdk` text,
	`created_at` integer NOT NULL,
	`modified_at` integer NOT NULL,
	`last_authenticated_at` integer NOT NULL,
	PRIMARY KEY(`pool_id`, `key`)
);
--> statement-breakpoint
CREATE INDEX `devices_by_user` ON `devices` (`pool_id`,`sub`,`key`);--> statement-breakpoint
CREATE TABLE `passkeys` (
	`pool_id` text NOT NULL,
	`id` text NOT NULL,
	`sub` text NOT NULL,
	`name` text NOT NULL,
	`public_key` text NOT NULL,
	`counter` integer NOT NULL,
	`backup_eligible` integer NOT NULL,
	`transports` text NOT NULL,
	`attachment` text,
	`relying_party_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`pool_id`, `id`)
);
--> statement-breakpoint
CREATE INDEX `passkeys_by_user` ON `passkeys` (`pool_id`,`sub`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `spent_challenges` (
	`id` text PRIMARY KEY NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `spent_challenges_by_expiry` ON `spent_challenges` (`expires_at`);--> statement-breakpoint
ALTER TABLE `sessions` ADD `last_active_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `factors` text DEFAULT '{}' NOT NULL;