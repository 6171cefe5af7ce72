package flare.cli;

import java.net.URI;

/** What each client wants to read to find a server and be let in. */
enum ClientTool {
    AWS,
    RCLONE,
    S3CMD,
    RESTIC,
    BOTO3,
    S3FS,
    MC,
    CURL;

    /**
     * A server as its clients see it.
     *
     * @param endpoint without a path
     * @param virtualHost whether the endpoint is a domain below which hosts name buckets
     */
    record Server(URI endpoint, boolean virtualHost, String region, String accessKey, String secretKey, String bucket) {

        private String style() {
            return virtualHost ? "virtual" : "path";
        }

        private boolean isHttps() {
            return endpoint.getScheme().equals("https");
        }
    }

    String text(Server server) {
        return switch (this) {
            case AWS -> aws(server);
            case RCLONE -> rclone(server);
            case S3CMD -> s3cmd(server);
            case RESTIC -> restic(server);
            case BOTO3 -> boto3(server);
            case S3FS -> s3fs(server);
            case MC -> mc(server);
            case CURL -> curl(server);
        };
    }

    private static String aws(Server server) {
        return """
                # into ~/.aws/config
                [profile flare]
                region = %s
                endpoint_url = %s
                s3 =
                    addressing_style = %s

                # into ~/.aws/credentials
                [flare]
                aws_access_key_id = %s
                aws_secret_access_key = %s

                # then: aws --profile flare s3 ls s3://%s
                # (before version 2.13 also: --endpoint-url %s)
                """.formatted(
                        server.region,
                        server.endpoint,
                        server.style(),
                        server.accessKey,
                        server.secretKey,
                        server.bucket,
                        server.endpoint);
    }

    /** Its own default, {@code private}, is refused by buckets that have no ACLs. */
    private static String rclone(Server server) {
        return """
                # into ~/.config/rclone/rclone.conf
                [flare]
                type = s3
                provider = Other
                endpoint = %s
                region = %s
                force_path_style = %s
                acl = bucket-owner-full-control
                access_key_id = %s
                secret_access_key = %s

                # then: rclone ls flare:%s
                """.formatted(
                server.endpoint, server.region, !server.virtualHost, server.accessKey, server.secretKey, server.bucket);
    }

    /** Where {@code acl_public} is not there, it copies ACLs with objects, and buckets that have none refuse that. */
    private static String s3cmd(Server server) {
        String host = server.endpoint.getRawAuthority();
        return """
                # into ~/.s3cfg
                [default]
                host_base = %s
                host_bucket = %s
                bucket_location = %s
                use_https = %s
                signature_v2 = False
                acl_public = False
                access_key = %s
                secret_key = %s

                # then: s3cmd ls s3://%s
                """.formatted(
                        host,
                        server.virtualHost ? "%(bucket)s." + host : host,
                        server.region,
                        server.isHttps() ? "True" : "False",
                        server.accessKey,
                        server.secretKey,
                        server.bucket);
    }

    private static String restic(Server server) {
        return """
                export AWS_ACCESS_KEY_ID=%s
                export AWS_SECRET_ACCESS_KEY=%s
                export AWS_DEFAULT_REGION=%s
                export RESTIC_REPOSITORY=s3:%s/%s

                # then: restic -o s3.bucket-lookup=%s init
                """.formatted(
                        shell(server.accessKey),
                        shell(server.secretKey),
                        shell(server.region),
                        server.endpoint,
                        server.bucket,
                        server.virtualHost ? "dns" : "path");
    }

    private static String boto3(Server server) {
        return """
                import boto3
                from botocore.config import Config

                s3 = boto3.client(
                    "s3",
                    endpoint_url=%s,
                    region_name=%s,
                    aws_access_key_id=%s,
                    aws_secret_access_key=%s,
                    config=Config(signature_version="s3v4", s3={"addressing_style": "%s"}),
                )

                # then: s3.list_objects_v2(Bucket="%s")
                """.formatted(
                        python(server.endpoint.toString()),
                        python(server.region),
                        python(server.accessKey),
                        python(server.secretKey),
                        server.style(),
                        server.bucket);
    }

    private static String s3fs(Server server) {
        return """
                # into ~/.passwd-s3fs, which only its owner may read (chmod 600)
                %s:%s

                # then: s3fs %s MOUNTPOINT -o passwd_file=$HOME/.passwd-s3fs -o url=%s -o endpoint=%s%s
                """.formatted(
                        server.accessKey,
                        server.secretKey,
                        server.bucket,
                        server.endpoint,
                        server.region,
                        server.virtualHost ? "" : " -o use_path_request_style");
    }

    private static String mc(Server server) {
        return """
                mc alias set flare %s %s %s --api S3v4 --path %s

                # then: mc ls flare/%s
                """.formatted(
                        server.endpoint,
                        shell(server.accessKey),
                        shell(server.secretKey),
                        server.virtualHost ? "off" : "on",
                        server.bucket);
    }

    private static String curl(Server server) {
        return """
                curl --aws-sigv4 %s --user %s \\
                    -H x-amz-content-sha256:UNSIGNED-PAYLOAD --upload-file FILE %s/%s/KEY
                """.formatted(
                        shell("aws:amz:" + server.region + ":s3"),
                        shell(server.accessKey + ":" + server.secretKey),
                        server.endpoint,
                        server.bucket);
    }

    /** As it is if that is safe, else in single quotes. */
    private static String shell(String word) {
        return word.matches("[A-Za-z0-9_./:=+@%-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    private static String python(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
