"""A stand-in for the Prisma 1 server image, for tests of the prisma command line program. Not a Prisma server."""
