package flare.s3;

import flare.model.BucketName;
import flare.model.ObjectKey;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * What a request asks for, typed. A new operation is a record here, a case in {@link Router} and a method of {@link
 * Handlers}: the compiler names whatever is forgotten.
 */
sealed interface Operation {

    BucketName bucket();

    /** How metrics and the access log call it. */
    default String name() {
        return getClass().getSimpleName();
    }

    CompletionStage<HttpResponse> handle(Handlers handlers, AuthenticatedRequest request);

    /** One method for each operation. */
    interface Handlers {
        CompletionStage<HttpResponse> putObject(PutObject operation, AuthenticatedRequest request);

        CompletionStage<HttpResponse> getObject(GetObject operation, AuthenticatedRequest request);

        CompletionStage<HttpResponse> headObject(HeadObject operation, AuthenticatedRequest request);

        CompletionStage<HttpResponse> deleteObject(DeleteObject operation, AuthenticatedRequest request);

        CompletionStage<HttpResponse> postObject(PostObject operation, AuthenticatedRequest request);

        CompletionStage<HttpResponse> listObjects(ListObjects operation, AuthenticatedRequest request);

        CompletionStage<HttpResponse> listObjectsV2(ListObjectsV2 operation, AuthenticatedRequest request);

        CompletionStage<HttpResponse> headBucket(HeadBucket operation, AuthenticatedRequest request);

        CompletionStage<HttpResponse> getBucketLocation(GetBucketLocation operation, AuthenticatedRequest request);

        CompletionStage<HttpResponse> createBucket(CreateBucket operation, AuthenticatedRequest request);
    }

    record PutObject(BucketName bucket, ObjectKey key) implements Operation {
        @Override
        public CompletionStage<HttpResponse> handle(Handlers handlers, AuthenticatedRequest request) {
            return handlers.putObject(this, request);
        }
    }

    record GetObject(BucketName bucket, ObjectKey key) implements Operation {
        @Override
        public CompletionStage<HttpResponse> handle(Handlers handlers, AuthenticatedRequest request) {
            return handlers.getObject(this, request);
        }
    }

    record HeadObject(BucketName bucket, ObjectKey key) implements Operation {
        @Override
        public CompletionStage<HttpResponse> handle(Handlers handlers, AuthenticatedRequest request) {
            return handlers.headObject(this, request);
        }
    }

    record DeleteObject(BucketName bucket, ObjectKey key) implements Operation {
        @Override
        public CompletionStage<HttpResponse> handle(Handlers handlers, AuthenticatedRequest request) {
            return handlers.deleteObject(this, request);
        }
    }

    /** The form upload of browsers and of {@code curl -F}. */
    record PostObject(BucketName bucket) implements Operation {
        @Override
        public CompletionStage<HttpResponse> handle(Handlers handlers, AuthenticatedRequest request) {
            return handlers.postObject(this, request);
        }
    }

    record ListObjects(BucketName bucket) implements Operation {
        @Override
        public CompletionStage<HttpResponse> handle(Handlers handlers, AuthenticatedRequest request) {
            return handlers.listObjects(this, request);
        }
    }

    record ListObjectsV2(BucketName bucket) implements Operation {
        @Override
        public CompletionStage<HttpResponse> handle(Handlers handlers, AuthenticatedRequest request) {
            return handlers.listObjectsV2(this, request);
        }
    }

    record HeadBucket(BucketName bucket) implements Operation {
        @Override
        public CompletionStage<HttpResponse> handle(Handlers handlers, AuthenticatedRequest request) {
            return handlers.headBucket(this, request);
        }
    }

    record GetBucketLocation(BucketName bucket) implements Operation {
        @Override
        public CompletionStage<HttpResponse> handle(Handlers handlers, AuthenticatedRequest request) {
            return handlers.getBucketLocation(this, request);
        }
    }

    record CreateBucket(BucketName bucket) implements Operation {
        @Override
        public CompletionStage<HttpResponse> handle(Handlers handlers, AuthenticatedRequest request) {
            return handlers.createBucket(this, request);
        }
    }
}
