package flare.s3;

import flare.object.BucketService;
import flare.object.MultipartService;
import flare.object.ObjectService;
import flare.object.UserService;

/** What the object port stands on. */
public record Services(ObjectService objects, BucketService buckets, MultipartService uploads, UserService users) {}
