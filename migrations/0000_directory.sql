CREATE TABLE `attempts` (
	`pool_id` text NOT NULL,
	`subject` text NOT NULL,
	`kind` text NOT NULL,
	`count` integer NOT NULL,
	`since` integer NOT NULL,
	`locked_until` integer DEFAULT 0 NOT NULL,
	`refused` integer DEFAULT false NOT NULL,
	PRIMARY KEY(`pool_id`, `subject`, `kind`)
);
--> statement-breakpoint
CREATE INDEX `attempts_by_age` ON `attempts` (`since`);--> statement-breakpoint
CREATE TABLE `codes` (
	`pool_id` text NOT NULL,
	`sub` text NOT NULL,
	`kind` text NOT NULL,
	`hash` text NOT NULL,
	`attribute` text NOT NULL,
	`value` text NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`pool_id`, `sub`, `kind`)
);
--> statement-breakpoint
CREATE INDEX `codes_by_expiry` ON `codes` (`expires_at`);--> statement-breakpoint
CREATE TABLE `group_members` (
	`pool_id` text NOT NULL,
	`group_name` text NOT NULL,
	`sub` text NOT NULL,
	PRIMARY KEY(`pool_id`, `group_name`, `sub`)
);
--> statement-breakpoint
CREATE INDEX `groups_by_member` ON `group_members` (`pool_id`,`sub`,`group_name`);--> statement-breakpoint
CREATE TABLE `groups` (
	`pool_id` text NOT NULL,
	`name` text NOT NULL,
	`description` text,
	`precedence` integer,
	`role_arn` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`pool_id`, `name`)
);
--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`channel` text NOT NULL,
	`to` text NOT NULL,
	`subject` text,
	`body` text NOT NULL,
	`sent_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `outbox_by_recipient` ON `outbox` (`to`,`id`);--> statement-breakpoint
CREATE TABLE `clients` (
	`id` text PRIMARY KEY NOT NULL,
	`pool_id` text NOT NULL,
	`name` text NOT NULL,
	`settings` text NOT NULL,
	`secrets` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`revision` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `clients_by_pool` ON `clients` (`pool_id`,`id`);--> statement-breakpoint
CREATE TABLE `pools` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`settings` text NOT NULL,
	`attributes` text NOT NULL,
	`tags` text NOT NULL,
	`users` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`revision` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`pool_id` text NOT NULL,
	`sub` text NOT NULL,
	`client_id` text NOT NULL,
	`token_hash` text NOT NULL,
	`generation` integer DEFAULT 0 NOT NULL,
	`previous_hash` text,
	`previous_until` integer,
	`scope` text NOT NULL,
	`device_key` text,
	`auth_time` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `sessions_by_user` ON `sessions` (`pool_id`,`sub`);--> statement-breakpoint
CREATE INDEX `sessions_by_expiry` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `user_attributes` (
	`pool_id` text NOT NULL,
	`name` text NOT NULL,
	`folded` text NOT NULL,
	`sub` text NOT NULL,
	PRIMARY KEY(`pool_id`, `name`, `folded`, `sub`)
);
--> statement-breakpoint
CREATE TABLE `user_names` (
	`pool_id` text NOT NULL,
	`key` text NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`folded` text NOT NULL,
	`sub` text NOT NULL,
	PRIMARY KEY(`pool_id`, `key`, `kind`)
);
--> statement-breakpoint
CREATE TABLE `users` (
	`pool_id` text NOT NULL,
	`sub` text NOT NULL,
	`username` text NOT NULL,
	`status` text NOT NULL,
	`enabled` integer NOT NULL,
	`attributes` text NOT NULL,
	`credentials` text,
	`signed_out_at` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`revision` text NOT NULL,
	PRIMARY KEY(`pool_id`, `sub`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_by_username` ON `users` (`pool_id`,`username`);--> statement-breakpoint
CREATE INDEX `users_by_status` ON `users` (`pool_id`,`status`,`sub`);--> statement-breakpoint
CREATE INDEX `users_by_enabled` ON `users` (`pool_id`,`enabled`,`sub`);