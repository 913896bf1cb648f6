//! What checks are called, and what to do, in words.

use super::{Check, Fix};
use crate::messages::Messages;

impl Check {
    pub fn name(&self, t: Messages) -> &'static str {
        match self.id {
            "public-url" => t.checks_public_url(),
            "reach-myself" => t.checks_reach_myself(),
            "upload-url" => t.checks_upload_url(),
            "proxy-headers" => t.checks_proxy_headers(),
            "client-address" => t.checks_client_address(),
            "body-size" => t.checks_body_size(),
            "cookies" => t.checks_cookies(),
            "mail" => t.manage_mail(),
            "database" => t.checks_database(),
            "redis" => t.checks_redis(),
            "worker" => t.checks_worker(),
            "latency" => t.checks_latency(),
            "disk" => t.checks_disk(),
            "clock" => t.checks_clock(),
            "retention" => t.checks_retention(),
            "secret-key" => t.checks_secret_key(),
            "registration" => t.checks_registration(),
            "directory" => t.checks_directory(),
            "single-sign-on" => t.checks_single_sign_on(),
            "outbound" => t.checks_outbound(),
            "sdks" => t.checks_sdks(),
            _ => t.checks_update(),
        }
    }
}

impl Fix {
    /// What to do.
    pub fn advice(self, t: Messages) -> &'static str {
        match self {
            Self::SetPublicUrl => t.checks_fix_set_public_url(),
            Self::PublicUrlOfProxy => t.checks_fix_public_url_of_proxy(),
            Self::NameServer => t.checks_fix_name_server(),
            Self::TrustCertificate => t.checks_fix_trust_certificate(),
            Self::AnotherService => t.checks_fix_another_service(),
            Self::ForwardHost => t.checks_fix_forward_host(),
            Self::ForwardProto => t.checks_fix_forward_proto(),
            Self::TrustProxy => t.checks_fix_trust_proxy(),
            Self::ForwardFor => t.checks_fix_forward_for(),
            Self::RaiseBodySize => t.checks_fix_raise_body_size(),
            Self::KeepOrigin => t.checks_fix_keep_origin(),
            Self::UseHttps => t.checks_fix_use_https(),
            Self::SetMailHost => t.checks_fix_set_mail_host(),
            Self::SetMailFrom => t.checks_fix_set_mail_from(),
            Self::MendMail => t.checks_fix_mend_mail(),
            Self::RetryMail => t.checks_fix_retry_mail(),
            Self::UpgradeDatabase => t.checks_fix_upgrade_database(),
            Self::DatabaseReadOnly => t.checks_fix_database_read_only(),
            Self::EndTransactions => t.checks_fix_end_transactions(),
            Self::SlowDatabase => t.checks_fix_slow_database(),
            Self::UpgradeRedis => t.checks_fix_upgrade_redis(),
            Self::AppendOnly => t.checks_fix_append_only(),
            Self::NoEviction => t.checks_fix_no_eviction(),
            Self::StartWorker => t.checks_fix_start_worker(),
            Self::StartCron => t.checks_fix_start_cron(),
            Self::SameVersion => t.checks_fix_same_version(),
            Self::MoreWorkers => t.checks_fix_more_workers(),
            Self::FreeDisk => t.checks_fix_free_disk(),
            Self::KeepTime => t.checks_fix_keep_time(),
            Self::RunCleanUp => t.checks_fix_run_clean_up(),
            Self::SetSecret => t.checks_fix_set_secret(),
            Self::CloseRegistration => t.checks_fix_close_registration(),
            Self::MendDirectory => t.checks_fix_mend_directory(),
            Self::MendProvider => t.checks_fix_mend_provider(),
            Self::AllowHosts => t.checks_fix_allow_hosts(),
            Self::UpdateSdks => t.checks_fix_update_sdks(),
            Self::KeepTimeOfClients => t.checks_fix_keep_time_of_clients(),
            Self::RunUpgrade => t.checks_fix_run_upgrade(),
            Self::NewerSchema => t.checks_fix_newer_schema(),
            Self::LookForUpdates => t.checks_fix_look_for_updates(),
        }
    }

    /// Lines to copy into a configuration or a shell.
    pub fn lines(self) -> Option<&'static str> {
        Some(match self {
            Self::ForwardHost => "proxy_set_header Host $http_host;",
            Self::ForwardProto => "proxy_set_header X-Forwarded-Proto $scheme;",
            Self::ForwardFor => "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
            Self::TrustProxy => "web.trusted-proxies: [127.0.0.0/8, '::1', 172.16.0.0/12]",
            Self::RaiseBodySize => "client_max_body_size 100m;",
            Self::KeepOrigin => "proxy_set_header Origin $http_origin;",
            Self::AppendOnly => "appendonly yes",
            Self::NoEviction => "maxmemory-policy noeviction",
            Self::StartWorker => "picket run worker",
            Self::StartCron => "picket run cron",
            Self::RunCleanUp => "picket cleanup",
            Self::SetSecret => "picket config generate-secret-key",
            Self::CloseRegistration => "auth.allow-registration: false",
            Self::AllowHosts => "source-maps.allowed-hosts: [maps.example.internal]",
            Self::RunUpgrade => "picket upgrade",
            _ => return None,
        })
    }
}
